/** The look of all that a person opens: each view that can be the first one imports it. What is there before lies in style/base.css. */
import '../style/views.css';
