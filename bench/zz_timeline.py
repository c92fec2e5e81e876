import json,sys
sys.path.insert(0,'bench')
from lab import notebooks
from lab.browser import browse, where
from lab.server import serve
cells = notebooks.pipeline(100)
cells[60]["source"] = cells[60]["source"].replace("= value_0", "= value_2", 1)
with serve() as ours:
    notebooks.write(ours.root / "pipeline.ipynb", cells)
    for i,r in enumerate(browse("zz_timeline", {"with": where(ours), "notebook": "pipeline.ipynb", "cell": 60}, minutes=6)):
        if i%4<2 and i>3: print(i, '\n   '.join(r))
        else: print(i, r[-1])
