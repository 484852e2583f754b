"""Which columns may hold people's groups that the law protects, and what to do with an age."""

from collections.abc import Iterator

from deploycheck.scaffold.found import Column, Proposal
from deploycheck.scaffold.looking.columns import Look
from deploycheck.scaffold.looking.walk import shown, words

__all__ = ["ground_of", "protected"]

# Grounds of Article 21 of the Charter of Fundamental Rights of the European Union, and of the
# Equal Credit Opportunity Act of the United States (15 U.S.C. 1691), with words that stand for
# them; pregnancy and veteran status are protected by other laws of the United States.
_GROUNDS: tuple[tuple[str, frozenset[str]], ...] = (
    ("sex", frozenset({"sex", "gender", "female", "male", "woman", "man", "transgender"})),
    ("race or ethnic origin", frozenset({
        "race", "racial", "ethnicity", "ethnic", "ethnie", "hispanic", "latino", "black", "white",
        "asian", "caucasian", "tribe", "caste", "minority", "indigenous",
    })),
    ("nationality or origin", frozenset({
        "nationality", "citizenship", "citizen", "immigrant", "immigration", "migrant", "foreign",
        "foreigner", "birthplace",
    })),
    ("religion or belief", frozenset({"religion", "religious", "faith", "belief"})),
    ("disability", frozenset({"disability", "disabled", "handicap", "handicapped"})),
    ("sexual orientation", frozenset({"orientation", "lgbt", "lgbtq"})),
    ("political opinion", frozenset({"political", "politics"})),
    ("genetic features", frozenset({"genetic", "genotype"})),
    ("marital status", frozenset({"marital", "married", "marriage", "spouse", "civilstatus"})),
    ("pregnancy", frozenset({"pregnant", "pregnancy"})),
    ("language", frozenset({"language"})),
    ("public assistance", frozenset({"welfare", "medicaid"})),
    ("veteran status", frozenset({"veteran"})),
)  # fmt: skip
_PHRASES = (
    ("national origin", "nationality or origin"), ("native country", "nationality or origin"),
    ("country of birth", "nationality or origin"), ("birth country", "nationality or origin"),
    ("skin color", "race or ethnic origin"), ("skin colour", "race or ethnic origin"),
    ("civil status", "marital status"), ("family status", "marital status"),
    ("personal status", "marital status"), ("relationship", "marital status"),
    ("mother tongue", "language"), ("native language", "language"),
    ("public assistance", "public assistance"),
)  # fmt: skip
_AGES = {"age", "ages", "agegroup", "ageband", "agecat"}
_BORN = {"dob", "yob", "birthdate", "birthday", "birthyear"}
# Words beside `age` that leave it the age of a person.
_OF_PEOPLE = {
    "band", "bands", "group", "groups", "grp", "cat", "category", "bin", "bins", "binned", "bucket",
    "range", "class", "applicant", "borrower", "customer", "client", "patient", "person", "member",
    "employee", "user", "student", "years", "yrs", "year", "in", "at", "of", "entry", "the",
    "application", "admission", "hire", "num", "numeric", "code", "bracket",
}  # fmt: skip
# Words that make of a ground's name something else.
_NOT = {
    "pred", "predicted", "score", "programming", "exchange", "currency", "worker", "box", "noise",
    "count", "hours", "page",
}  # fmt: skip
# Names of the American Community Survey, which mean this beside each other alone.
_CENSUS = {
    "AGEP": "age", "SEX": "sex", "RAC1P": "race or ethnic origin", "HISP": "race or ethnic origin",
    "MAR": "marital status", "CIT": "nationality or origin", "NATIVITY": "nationality or origin",
    "DIS": "disability",
}  # fmt: skip
_ENOUGH = 3
_FEW, _MOST = 20, 200


def protected(look: Look, taken: set[str], notes: list[str]) -> Iterator[Proposal]:
    """Columns that may hold a protected ground, in the order of the columns.

    Never sure: which groups count is a decision of people.

    :param taken: columns that have a role already.
    :param notes: gets a sentence for each that cannot serve as groups as it is.
    """
    codes = _CENSUS if len({c.name for c in look.columns} & _CENSUS.keys()) >= _ENOUGH else {}
    grounds = [(c, codes.get(c.name) or ground_of(c.name)) for c in look.columns]
    found = [(c, ground) for c, ground in grounds if ground and c.name not in taken]
    bands = [c for c, ground in found if ground == "age" and _is_band(c)]
    for column, ground in found:
        name = shown(column.name)
        if column.distinct < 2:
            notes.append(f"{name} may say {ground} and has one value, so no groups differ")
        elif ground == "age" and bands and not _is_band(column):
            told = shown(bands[0].name)
            notes.append(f"{name} is an age in {column.distinct:,} values; {told} has its groups")
        elif ground == "age" and not _is_band(column):
            yield Proposal("protected", column.name, _binned(column), sure=False)
        elif column.distinct > _MOST or column.kind in {"float", "other"}:
            notes.append(
                f"{name} may say {ground} and has {column.distinct:,} values; group them first"
            )
        else:
            why = f"its name may say {ground}; it has {column.distinct:,} groups"
            yield Proposal("protected", column.name, why, sure=False)


def ground_of(name: str) -> str:
    """The ground that a column's name may say; empty for none."""
    said = words(name)
    text = f" {' '.join(said)} "
    if set(said) & _NOT and "foreign" not in said:
        return ""
    if set(said) & _BORN or " date of birth " in text or " birth date " in text:
        return "age"
    if set(said) & _AGES and set(said) <= _AGES | _OF_PEOPLE | {w for w in said if w.isdigit()}:
        return "age"
    for phrase, ground in _PHRASES:
        if f" {phrase} " in text:
            return ground
    return next((ground for ground, known in _GROUNDS if known & set(said)), "")


def _is_band(column: Column) -> bool:
    """Whether an age is in groups already."""
    return column.distinct <= _FEW and (column.kind in {"text", "boolean", "integer"})


def _binned(column: Column) -> str:
    if column.kind in {"integer", "float"}:
        return (
            f"its name says age; it has {column.distinct:,} values, so bin it first: "
            f"derive: {{age_band: {{bin: {shown(column.name)}, edges: [25, 40, 60]}}}}"
        )
    return f"its name says age; it has {column.distinct:,} values, so make groups of it first"
