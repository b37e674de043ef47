"""The kind `file`: files that are put into a folder, here, on S3 or behind SFTP.

settings   how it is configured
folder     the folder as the machine has it, and what a folder can do
remote     the same on S3 and by SFTP
opened     a file's bytes and lines, unpacked, and never more than allowed
rows       a file's records, whatever its form; the forms are text, document, sheet and markup
done       which files were read
aside      what becomes of a file that was read
source     the source itself
"""

from connectors.kinds.file.source import FileKind

__all__ = ["FileKind"]
