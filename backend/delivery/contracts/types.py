"""Which values a type takes, as far as JSON tells values apart."""


def takes_all_of(new: str, old: str) -> bool:
    """Whether what fits the old type hint, as text, fits the new one."""
    alternatives = _split(new, "|")
    return all(any(_takes(one, member) for one in alternatives) for member in _split(old, "|"))


def _takes(new: str, old: str) -> bool:
    if new in (old, "Any", "object") or (new, old) == ("float", "int"):
        return True
    (outer, inner), (old_outer, old_inner) = _generic(new), _generic(old)
    if outer != old_outer:
        return False
    members, old_members = _split(inner, ","), _split(old_inner, ",")
    # Without its own members a container takes those of any type.
    return not inner or (len(members) == len(old_members) and all(map(takes_all_of, members, old_members)))


def _generic(text: str) -> tuple[str, str]:
    """`list[int]` as its outer type and its members."""
    outer, _, inner = text.partition("[")
    return outer, inner.removesuffix("]")


def _split(text: str, separator: str) -> list[str]:
    """At the separators that stand in no brackets."""
    parts, depth = [""], 0
    for character in text:
        depth += (character == "[") - (character == "]")
        if character == separator and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]
