"""Names of companies, written so that two spellings of one firm are equal."""

import re
import unicodedata

#: What stands behind a firm's name by law, and words that tell nothing.
LEGAL_FORMS = frozenset(
    re.findall(
        r"\w+",
        """
        ab ag and aps as asa bv bvba co company corp corporation cv de ee eg eirl ek
        etmi eu ev fze gbr gesellschaft ggmbh gmbh inc incorporated kft kg kgaa lda
        limited llc llp ltd mbh nv oe ohg oo oy oyj plc pte pty sa sarl sas sc sl sp spa
        sprl srl sro the ug und
        """,
    )
)
_WORD = re.compile(r"\w+")
KEY_MAX = 200


def name_key(name: str) -> str:
    """
    Return what two spellings of one firm's name have in common.

    Shape:  no capitals, accents, signs and legal forms: “Müller & Co. GmbH” becomes
            “muller”. A name of nothing but such words keeps them.
    """
    bare = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(letter for letter in bare if not unicodedata.combining(letter))
    bare = re.sub(r"(?<=\b\w)\.(?=\w\b)", "", bare)  # S.A. is SA
    words = _WORD.findall(bare)
    telling = [word for word in words if word not in LEGAL_FORMS]
    return "".join(telling or words)[:KEY_MAX]
