"""Made-up credentials of every kind are found, placeholders are not, in time linear in the text.

No token stands here as it would be written: each is put together when the test runs.
"""

import base64
import json
import random
import string
import time

import pytest

from deploycheck.authoring.assignments import find_assigned
from deploycheck.authoring.credentials import entropy, find, placeholder

ALNUM = string.ascii_letters + string.digits
draw = random.Random(20)


def made(alphabet, length):
    """Random text that has every class of characters that its alphabet has."""
    while True:
        text = "".join(draw.choices(alphabet, k=length))
        classes = (string.ascii_uppercase, string.ascii_lowercase, string.digits)
        needed = [c for c in classes if set(c) & set(alphabet)]
        if all(set(c) & set(text) for c in needed) and not placeholder(text.encode()):
            return text


def b64(data):
    return base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")


def pem(kind, escape="\n"):
    body = escape.join(made(ALNUM + "+/", 64) for _ in range(4))
    return f"-----{'BEGIN'} {kind}-----{escape}{body}{escape}-----END {kind}-----"


def jwt(header):
    return f"{b64(header)}.{b64({'sub': made(ALNUM, 12)})}.{made(ALNUM + '-_', 43)}"


FORMS = {
    "AWS access key id": lambda: "AK" + "IA" + made(string.ascii_uppercase + string.digits, 16),
    "GitHub token": lambda: "gh" + "p_" + made(ALNUM, 36),
    "GitHub token ": lambda: "github" + "_pat_" + made(ALNUM, 22) + "_" + made(ALNUM, 59),
    "GitLab token": lambda: "gl" + "pat-" + made(ALNUM + "-", 20),
    "Slack token": lambda: "xox" + "b-" + made(string.digits, 12) + "-" + made(ALNUM, 24),
    "Slack webhook": lambda: (
        "https://hooks.slack" + ".com/services/T" + made(string.ascii_uppercase, 9) + "/B"
        + made(string.ascii_uppercase, 9) + "/" + made(ALNUM, 24)
    ),
    "Stripe key": lambda: "sk" + "_live_" + made(ALNUM, 24),
    "Google API key": lambda: "AI" + "za" + made(ALNUM + "-_", 35),
    "Google OAuth secret": lambda: "GOC" + "SPX-" + made(ALNUM, 28),
    "Anthropic key": lambda: "sk" + "-ant-api03-" + made(ALNUM + "-_", 93),
    "OpenAI key": lambda: "sk" + "-proj-" + made(ALNUM, 48),
    "OpenAI key ": lambda: "sk" + "-" + made(ALNUM, 48),
    "Hugging Face token": lambda: "h" + "f_" + made(string.ascii_letters, 34),
    "npm token": lambda: "np" + "m_" + made(ALNUM, 36),
    "PyPI token": lambda: "py" + "pi-AgEIcHlwaS5vcmc" + made(ALNUM + "-_", 120),
    "Databricks token": lambda: "da" + "pi" + made("0123456789abcdef", 32),
    "DigitalOcean token": lambda: "do" + "p_v1_" + made("0123456789abcdef", 64),
    "SendGrid key": lambda: "S" + "G." + made(ALNUM, 22) + "." + made(ALNUM, 43),
    "JSON web token": lambda: jwt({"alg": "HS256", "typ": "JWT"}),
    "Azure key": lambda: "Account" + "Key=" + made(ALNUM + "+/", 86) + "==",
    "bearer token": lambda: "Authorization: " + "Bearer " + made(ALNUM, 40),
    "user and password in Base64": lambda: (
        "Authorization: " + "Basic " + base64.b64encode(b"svc:" + made(ALNUM, 12).encode()).decode()
    ),
    "private key": lambda: pem("RSA PRIVATE KEY"),
    "private key ": lambda: pem("PRIVATE KEY", "\\n"),
    "private key  ": lambda: pem("OPENSSH PRIVATE KEY"),
    "password in a URL": lambda: "postgresql+psycopg2://svc:" + made(ALNUM, 12) + "@db:5432/x",
    "password in a URL ": lambda: "redis://:" + made(ALNUM, 12) + "@cache",
}  # fmt: skip
AROUND = ("{}", "key = '{}'", '{{"k": "{}"}}', "a\nb {} c", '"x = \\"{}\\"\\n"', "k:{},", "é{}é")


def kinds(text):
    return [one.kind for one in find(text.encode() if isinstance(text, str) else text)]


@pytest.mark.parametrize("name", FORMS)
def test_each_form_is_found_once_wherever_it_stands(name):
    for around in AROUND:
        for _ in range(5):
            text = around.format(FORMS[name]())
            assert kinds(text) == [name.strip()], text


@pytest.mark.parametrize("name", ["GitHub token", "OpenAI key", "JSON web token", "npm token"])
def test_the_middle_of_a_longer_word_is_no_token(name):
    token = FORMS[name]()
    assert kinds("x" + token) == []
    assert kinds(token + "x" * 300) == []


def test_the_place_is_that_of_the_credential():
    token = FORMS["GitHub token"]()
    (one,) = find(f"a = {token};".encode())
    assert (one.start, one.end) == (4, 4 + len(token))
    assert token not in repr(one)


@pytest.mark.parametrize(
    "text",
    [
        "AK" + "IAIOSFODNN7EXAMPLE",
        "AK" + "IA" + "A" * 16,
        "gh" + "p_" + "x" * 36,
        "sk" + "-learn-contrib-extension-for-trees",
        "sk" + "-" + "your-own-key-of-1-Openai-here",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
        "-----BEGIN PUBLIC KEY-----\n" + "A1b2" * 16,
        "eyJhbGciOiJub25lIn0.eyJ",
        "postgresql://user:password@localhost/x",
        "postgresql://postgres:postgres@localhost/x",
        "https://user:${TOKEN}@host",
        "https://{user}:{password}@host",
        "https://user:<token>@host",
        "https://user:xxxxxxx@host",
        "http://localhost:8080/a@b",
        "http://host:80@",
        "Authorization: Bearer <token>",
        "Authorization: Bearer $TOKEN_OF_THE_PROJECT_1",
        "a basic understanding of everything",
        "the bearer understandably-internationalised",
        "sha256:" + "0a" * 32,
        "",
    ],
)
def test_placeholders_and_words_are_none(text):
    assert kinds(text) == []


def test_a_web_token_has_a_header_that_says_its_algorithm():
    assert kinds(jwt({"alg": "none"})) == ["JSON web token"]
    assert kinds(jwt({"typ": "other"})) == []
    assert (
        kinds("ey" + "J" + made(ALNUM, 30) + ".eyJ" + made(ALNUM, 30) + "." + made(ALNUM, 30)) == []
    )


def assigned(text, *, settings=False):
    return [one.kind for one in find_assigned(text.encode(), settings=settings)]


SECRET = made(ALNUM, 20)


@pytest.mark.parametrize(
    "line",
    [
        'api_key = "{}"',
        "API_KEY='{}'",
        'token: str = "{}"',
        'client = Client(access_key="{}")',
        '{{"client_secret": "{}"}}',
        '"config[\\"api_key\\"] = \\"{}\\"\\n",',
        "os.environ['MY_TOKEN'] = '{}'",
        'if token == "{}":',
        'const apiKey = "{}";',
        'aws_secret_access_key="{}"',
        "SECRET => '{}'",
        'api_key = (\n    "{}"\n)',
        'api_key =\n    "{}"',
    ],
)
def test_what_is_assigned_to_a_telling_name(line):
    found = assigned(line.format(SECRET))
    if "(\n" in line:  # a bracket between name and value is more than is looked at
        assert found == []
    else:
        assert found == ["secret by its name"]


@pytest.mark.parametrize("password", ["hunter2hunter", "correct!horse", "Tr0ub4dor&3", "aB3$eF6&"])
def test_passwords_need_less(password):
    assert assigned(f'password = "{password}"') == ["password"]
    assert assigned(f'DB_PASSWD: "{password}"') == ["password"]


@pytest.mark.parametrize(
    "line",
    ["API_KEY={}", "export API_KEY={}", "api_key: {}", "  - token: {}", "token = {}  # mine",
     "db.api_key={}\r", "ENV API_KEY={}", '"api_key": {},'],
)  # fmt: skip
def test_settings_need_no_quotes(line):
    text = f"first: 1\n{line.format(SECRET)}\nlast: 2\n"
    assert assigned(text, settings=True) == ["secret by its name"]
    assert assigned(text) == []


@pytest.mark.parametrize(
    "line",
    [
        'api_key = "your-api-key-123"',
        'token = "<token-1234567>"',
        'secret = "${SECRET_1}abcdef"',
        'password = "changeme123"',
        'password = "password123"',
        'api_key = "xxxxxxxxxxxx1"',
        'secret_name = "prod-db-4-main"',
        'token_url = "https://auth.example/v2/token"',
        'tokenizer = "bert-base-uncased-v2"',
        'max_tokens = "4096"',
        'token = "a_b"',
        'token = "next page of 12 results"',
        'private_key_path = "/etc/ssl/key1.pem"',
        'private_key = "/etc/ssl/key1.pem"',
        'secret = "projects/12/versions/3"',
        'token = "self.cache.token2"',
        'token_digest = "sha256:9f86d081884c7d65"',
        'token = "12345678"',
        'pwd = "2026-10-01T00:00:00"',
        'token = get(f"{name}-1234abcd")',
        'publicKeyToken="b77a5c561934e089"',
        "api_key = os.environ['API_KEY_1']",
        'credential = "abc"',
    ],
)
def test_what_is_no_literal_secret(line):
    assert assigned(line) == []
    assert assigned(line, settings=True) == []


@pytest.mark.parametrize(
    "text",
    [
        "token: ${{ secrets.TOKEN_1A2b }}",
        "api_key: $KEY_1A2b3C4d",
        "see the token: it9is8a7word",
        "x token=a1B2c3D4e5F6",
    ],
)
def test_prose_and_references_in_settings(text):
    assert assigned(f"\n{text}\n", settings=True) == []


def test_random_bytes_hold_nothing():
    data = random.Random(3).randbytes(2 << 20)
    assert list(find(data)) == []
    assert list(find_assigned(data, settings=True)) == []


def test_entropy_by_hand():
    assert entropy(b"aaaa") == 0
    assert entropy(b"abcd") == pytest.approx(2)
    assert entropy(b"aab") == pytest.approx(0.9182958, abs=1e-7)


HOSTILE = [
    "a", "=", '"', "://", "://a:", "://a:b@", "eyJ", "eyJ.", " eyJaaaaaaaa.eyJaaaaaaaa", "sk-", "AIza-",
    "xoxb-aaaaaaaaaaaaaaa ", "-----BEGIN ", "-----BEGIN PRIVATE KEY-----", "token", "pwd\n", "password=",
    'password:"', "password: a.b | c=", "secret" + "_" * 24, "token=" + "a" * 299, "Bearer " + "a" * 30 + " ",
    '"auth": "', "glpat-" * 2 + " ", "A1b2", "\n", "a.", "password: " + "a.b1" * 60 + "\n",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_megabyte_of_anything_is_read_in_a_second(piece):
    data = (piece * ((1 << 20) // len(piece) + 1)).encode()[: 1 << 20]
    began = time.process_time()
    found = [*find(data), *find_assigned(data, settings=True)]
    assert time.process_time() - began < 1.0
    assert len(found) < 100_000
