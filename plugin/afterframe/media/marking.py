"""Say in a file that its pictures were made: the IPTC digital source type, as XMP.

The vocabulary is IPTC's NewsCodes "Digital Source Type"; the property is
``Iptc4xmpExt:DigitalSourceType`` of the IPTC Photo and Video Metadata standards. Readers find the
packet where the XMP specification (part 3) puts it in each kind of file.
"""

from __future__ import annotations

import struct
from pathlib import Path

VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"
KEY = "digital_source_type"
"""Of plain metadata in movies, beside XMP: what programs show that read no XMP."""
PROPERTY = "Iptc4xmpExt:DigitalSourceType"
PNG_XMP = "XML:com.adobe.xmp"
"""The keyword of XMP among the texts of a PNG; in OpenEXR's headers it is ``xmp``."""
TIFF_XMP = 700
"""The tag of XMP in TIFF."""
_BYTES = 1
_ENTRY = 12
_PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    ' {name}="{value}"/></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
)


def term_uri(term: str) -> str:
    """Return the full name of a term of the vocabulary (``algorithmicallyEnhanced``)."""
    return VOCABULARY + term


def xmp_packet(uri: str) -> str:
    """Return an XMP packet that says this digital source type."""
    return _PACKET.format(name=PROPERTY, value=uri)


def mark_tiff(path: Path, uri: str) -> None:
    """Put an XMP packet into a TIFF that is written: its directory is copied to the end.

    OpenImageIO writes XMP of its own words only.
    """
    packet = xmp_packet(uri).encode()
    with path.open("r+b") as file:
        order = "<" if file.read(2) == b"II" else ">"
        file.seek(4)
        (start,) = struct.unpack(f"{order}I", file.read(4))
        file.seek(start)
        (count,) = struct.unpack(f"{order}H", file.read(2))
        entries = [file.read(_ENTRY) for _ in range(count)]
        following = file.read(4)
        end = file.seek(0, 2)
        entries = [e for e in entries if struct.unpack_from(f"{order}H", e)[0] != TIFF_XMP]
        entries.append(struct.pack(f"{order}HHII", TIFF_XMP, _BYTES, len(packet), end))
        entries.sort(key=lambda entry: int(struct.unpack_from(f"{order}H", entry)[0]))
        padding = bytes(len(packet) % 2)
        directory = struct.pack(f"{order}H", len(entries)) + b"".join(entries) + following
        file.write(packet + padding + directory)
        file.seek(4)
        file.write(struct.pack(f"{order}I", end + len(packet) + len(padding)))
