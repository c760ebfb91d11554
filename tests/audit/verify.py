"""Checks what Interlock signs and proves, from the formats that docs/features/audit.md publishes
and from nothing of Interlock itself. It needs Python and no package.

    verify.py pack FILE KEY                    the evidence of a release
    verify.py export FILE KEY [CHECKPOINT]     an export with the log
    verify.py inclusion FILE KEY               an inclusion proof with its note
    verify.py consistency FILE KEY OLD NEW     a consistency proof between two notes

Prints what holds and ends with 0, or says what does not and ends with 1.
"""

import base64
import hashlib
import json
import sys


class Wrong(Exception):
    pass


def need(holds, what):
    if not holds:
        raise Wrong(what)


# Ed25519, RFC 8032 section 5.1 and the code of its appendix; verification only.

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
I = pow(2, (P - 1) // 4, P)


def recover_x(y, sign):
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if square == 0:
        return None if sign else 0
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * I % P
    if (x * x - square) % P:
        return None
    return P - x if x & 1 != sign else x


def point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def add(p, q):
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(scalar, p):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, p)
        p = add(p, p)
        scalar >>= 1
    return result


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover_x(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def is_signed(public, message, signature):
    if len(public) != 32 or len(signature) != 64:
        return False
    a, r = point(public), point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    left = times(s, BASE)
    right = add(r, times(int.from_bytes(digest, "little") % L, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (
        left[1] * right[2] - right[1] * left[2]
    ) % P == 0


# Signed notes and checkpoints, https://c2sp.org/signed-note and https://c2sp.org/tlog-checkpoint.


def read_key(text):
    name, ident, key = text.strip().split("+", 2)
    key = base64.b64decode(key, validate=True)
    need(key[:1] == b"\x01" and len(key) == 33, "the key is not of Ed25519")
    own = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    need(own.hex() == ident, "the key and its hash do not fit")
    return name, own, key[1:]


def read_note(note, key):
    name, ident, public = key
    body, signatures = note.rsplit("\n\n", 1)
    body += "\n"
    for line in signatures.splitlines():
        dash, by, signature = line.split(" ")
        data = base64.b64decode(signature, validate=True)
        if dash == "\u2014" and by == name and data[:4] == ident:
            need(is_signed(public, body.encode(), data[4:]), "the signature of the note is wrong")
            break
    else:
        raise Wrong("the note is not signed with this key")
    origin, size, root = body.splitlines()[:3]
    need(origin == name, "the note is of another log")
    need(size == str(int(size)), "the size of the note is not written as it should be")
    return int(size), base64.b64decode(root, validate=True)


# The tree, RFC 6962 section 2.1. Proofs are folded back by the definitions given there.


def leaf_hash(data):
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(leaves):
    return 1 << (leaves - 1).bit_length() - 1


def root_of_path(leaf, index, size, path):
    """The root that PATH(index, D[size]) leads to."""
    if size == 1:
        need(not path, "the proof is too long")
        return leaf
    need(path, "the proof is too short")
    middle = split(size)
    if index < middle:
        return node_hash(root_of_path(leaf, index, middle, path[:-1]), path[-1])
    return node_hash(path[-1], root_of_path(leaf, index - middle, size - middle, path[:-1]))


def roots_of_subproof(old, size, proof, known):
    """Both roots that SUBPROOF(old, D[size]) leads to; `known` stands for the old one where the
    proof leaves it out."""
    if old == size:
        if known is not None:
            need(not proof, "the proof is too long")
            return known, known
        need(len(proof) == 1, "the proof has the wrong length")
        return proof[0], proof[0]
    need(proof, "the proof is too short")
    middle = split(size)
    if old <= middle:
        left_old, left_new = roots_of_subproof(old, middle, proof[:-1], known)
        return left_old, node_hash(left_new, proof[-1])
    right_old, right_new = roots_of_subproof(old - middle, size - middle, proof[:-1], None)
    return node_hash(proof[-1], right_old), node_hash(proof[-1], right_new)


class Tree:
    """A tree that grows: the roots of its complete subtrees, the largest first."""

    def __init__(self):
        self.size, self.peaks = 0, []

    def append(self, leaf):
        self.peaks.append(leaf)
        self.size += 1
        size = self.size
        while size & 1 == 0:
            right, left = self.peaks.pop(), self.peaks.pop()
            self.peaks.append(node_hash(left, right))
            size >>= 1

    def root(self):
        if not self.peaks:
            return hashlib.sha256(b"").digest()
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root


# Events, as docs/features/audit.md tells.


def canonical(value):
    """Canonical JSON, RFC 8785, of values without fractions."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(key)}:{canonical(value[key])}" for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    need(not isinstance(value, float), "there is a fraction in it")
    return json.dumps(value, ensure_ascii=False)


ENVELOPE = ["actor", "at", "correlation", "digest", "id", "name", "stream", "version"]


def leaf_of(event):
    place = f"position {event['position']}, event {event['id']}"
    sealed = bytes.fromhex(event["salt"]) + canonical(event["payload"]).encode()
    fits = hashlib.sha256(sealed).hexdigest() == event["digest"]
    need(fits, f"{place}: its payload is not what was written")
    return leaf_hash(canonical({name: event[name] for name in ENVELOPE}).encode())


def hashes(texts):
    return [base64.b64decode(text, validate=True) for text in texts]


def check_included(leaf, index, size, path, root, what):
    need(0 <= index < size, f"{what}: it is not in the tree")
    need(root_of_path(leaf, index, size, path) == root, f"{what}: its proof leads elsewhere")


def check_pack(text, key):
    pack = json.loads(text)
    need(pack["format"] == "interlock-evidence/1", "this is another format")
    size, root = read_note(pack["note"], key)
    last, streams = 0, {}
    for one in pack["events"]:
        event = one["event"]
        position, stream = event["position"], event["stream"]
        what = f"position {position}, event {event['id']}"
        need(position > last, f"{what}: it does not stand in its order")
        check_included(leaf_of(event), position - 1, size, hashes(one["hashes"]), root, what)
        streams[stream] = streams.get(stream, 0) + 1
        need(event["version"] == streams[stream], f"{what}: an event before it is missing")
        last = position
    release = "release:" + pack["release"]["id"]
    need(release in streams, "no event of the release is in it")
    need(streams == pack["streams"], "it holds other events than it counts")
    return f"{len(pack['events'])} events of {pack['release']['number']} are in the signed tree"


def check_export(lines, key, kept):
    tree, signed, ended = Tree(), 0, False
    kept = read_note(kept, key) if kept else None
    for text in lines:
        line = json.loads(text)
        kind = line["line"]
        if kind in ("event", "withheld"):
            need(line["position"] == tree.size + 1, f"position {tree.size + 1} is missing")
            whole = kind == "event"
            tree.append(leaf_of(line) if whole else base64.b64decode(line["leaf"]))
        elif kind == "checkpoint":
            stands = (tree.size, tree.root())
            need(read_note(line["note"], key) == stands, "a checkpoint differs")
            need((line["size"], hashes([line["root"]])[0]) == stands, "a checkpoint says otherwise")
            signed += 1
        ended = kind == "end"
        if kept and kept[0] == tree.size:
            need(kept[1] == tree.root(), "the log is not the one of the checkpoint that was kept")
            kept, signed = None, signed + 1
    need(ended, "it was cut off")
    need(kept is None, "the log ends before the checkpoint that was kept")
    need(signed, "nothing in it is signed")
    return f"{tree.size} events are the tree of {signed} checkpoints"


def check_inclusion(text, key):
    proof = json.loads(text)
    size, root = read_note(proof["note"], key)
    need((size, root) == (proof["size"], hashes([proof["root"]])[0]), "the note is of another tree")
    leaf = hashes([proof["leaf"]])[0]
    index = proof["position"] - 1
    check_included(leaf, index, size, hashes(proof["hashes"]), root, proof["event"])
    return f"{proof['event']} is at position {proof['position']} of {size}"


def check_consistency(text, key, old, new):
    proof = json.loads(text)
    (old_size, old_root), (new_size, new_root) = read_note(old, key), read_note(new, key)
    sizes = (proof["from"], proof["to"])
    need(sizes == (old_size, new_size), "the notes are of other sizes")
    need(0 < old_size <= new_size, "there is nothing to compare")
    found = roots_of_subproof(old_size, new_size, hashes(proof["hashes"]), old_root)
    need(found == (old_root, new_root), "the one is not the beginning of the other")
    return f"the log of {old_size} events is the beginning of the log of {new_size}"


def main(what, file, key, *notes):
    key = read_key(key)
    notes = [open(note, encoding="utf-8").read() for note in notes]
    with open(file, encoding="utf-8") as text:
        if what == "export":
            return check_export(text, key, *(notes or [None]))
        checks = {
            "pack": check_pack,
            "inclusion": check_inclusion,
            "consistency": check_consistency,
        }
        return checks[what](text.read(), key, *notes)


if __name__ == "__main__":
    try:
        print(main(*sys.argv[1:]))
    except Wrong as wrong:
        print(wrong, file=sys.stderr)
        sys.exit(1)
    except (ValueError, KeyError, TypeError) as error:
        print(f"it cannot be read: {error!r}", file=sys.stderr)
        sys.exit(1)
