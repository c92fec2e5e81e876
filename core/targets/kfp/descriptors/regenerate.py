"""Writes the descriptors of KFP's messages into the file that is named: see README.md."""

from __future__ import annotations

import sys
from pathlib import Path

from google.protobuf import descriptor_pb2
from google.protobuf.descriptor import FileDescriptor
from kfp.kubernetes import kubernetes_executor_config_pb2
from kfp.pipeline_spec import pipeline_spec_pb2


def add(file: FileDescriptor, found: dict[str, descriptor_pb2.FileDescriptorProto]) -> None:
    """Add a file after all that it imports."""
    if file.name in found:
        return
    for imported in file.dependencies:
        add(imported, found)
    proto = descriptor_pb2.FileDescriptorProto()
    file.CopyToProto(proto)
    for message in proto.message_type:
        name_fields(message)
    found[file.name] = proto


def name_fields(message: descriptor_pb2.DescriptorProto) -> None:
    """Give each field its JSON name, which Python drops where it is the usual one."""
    for field in message.field:
        if not field.json_name:
            first, *rest = field.name.split("_")
            field.json_name = first + "".join(word[:1].upper() + word[1:] for word in rest)
    for nested in message.nested_type:
        name_fields(nested)


def main() -> None:
    """Write the set, dependencies first."""
    found: dict[str, descriptor_pb2.FileDescriptorProto] = {}
    for module in (pipeline_spec_pb2, kubernetes_executor_config_pb2):
        add(module.DESCRIPTOR, found)
    files = descriptor_pb2.FileDescriptorSet(file=found.values())
    Path(sys.argv[1]).write_bytes(files.SerializeToString(deterministic=True))


if __name__ == "__main__":
    main()
