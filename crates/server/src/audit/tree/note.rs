//! Checkpoints as signed notes: C2SP signed-note and tlog-checkpoint, with Ed25519. A note is text
//! that can be kept anywhere and read by programs that know nothing of us.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ports::{Fault, hex};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use sha2::{Digest as _, Sha256};

use super::merkle::{self, Hash};
use crate::keys;

/// What the name of every log of ours begins with; what makes it one of its own follows.
const ORIGIN: &str = "interlock/log/";
/// The kind of signature in a signed note: Ed25519.
const ED25519_KIND: u8 = 1;
/// How many bytes of a signature name its key.
const ID_BYTES: usize = 4;
/// The most bytes of a note that are looked at.
pub(crate) const NOTE_MAX: usize = 16 * 1024;

/// The public key of a log, with its name: what a note is checked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    public: [u8; 32],
}

impl Verifier {
    /// The key of the log that signs with a key.
    fn of(public: [u8; 32]) -> Self {
        let own = Sha256::digest(public);
        let own = hex(&own[..8]);
        Self { name: format!("{ORIGIN}{own}"), public }
    }

    /// The key of the seed that a database keeps.
    pub(crate) fn of_seed(seed: &str) -> Result<Self, Fault> {
        Ok(Self::of(public_of(&keys::pair(seed)?)))
    }

    /// The name of the log, which its notes begin with.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// As C2SP signed-note writes it: `name+hash+key`.
    pub fn text(&self) -> String {
        let key: Vec<u8> = [ED25519_KIND].into_iter().chain(self.public).collect();
        let id = hex(&self.id());
        format!("{}+{id}+{}", self.name, STANDARD.encode(key))
    }

    /// The same, read back; nothing when it is no such key, or its parts do not fit.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, rest) = text.trim().split_once('+')?;
        let (_, key) = rest.split_once('+')?;
        let key = STANDARD.decode(key).ok()?;
        let public: [u8; 32] = key.strip_prefix(&[ED25519_KIND])?.try_into().ok()?;
        let read = Self { name: name.to_owned(), public };
        let is_name = !name.is_empty() && !name.contains(char::is_whitespace);
        (is_name && read.text() == text.trim()).then_some(read)
    }

    /// The first bytes of the hash by which a signature names its key.
    fn id(&self) -> [u8; ID_BYTES] {
        let hash = Sha256::new()
            .chain_update(&self.name)
            .chain_update([b'\n', ED25519_KIND])
            .chain_update(self.public)
            .finalize();
        [hash[0], hash[1], hash[2], hash[3]]
    }

    /// Whether a note bears a signature of this key. Signatures of others are passed over.
    fn signed(&self, body: &str, signatures: &str) -> bool {
        let key = UnparsedPublicKey::new(&ED25519, self.public);
        let read = |line: &str| {
            let (name, signature) = line.strip_prefix("— ")?.split_once(' ')?;
            let bytes = STANDARD.decode(signature).ok().filter(|bytes| bytes.len() > ID_BYTES)?;
            Some((name.to_owned(), bytes))
        };
        // Each line is a signature, by whomever, and the last one ends as the others do.
        let lines = signatures.strip_suffix('\n').map(|lines| lines.split('\n').map(read));
        let Some(all) = lines.and_then(Iterator::collect::<Option<Vec<_>>>) else { return false };
        all.iter().filter(|(name, _)| *name == self.name).any(|(_, bytes)| {
            let signature = bytes.strip_prefix(&self.id());
            signature.is_some_and(|signature| key.verify(body.as_bytes(), signature).is_ok())
        })
    }
}

fn public_of(pair: &Ed25519KeyPair) -> [u8; 32] {
    pair.public_key().as_ref().try_into().expect("a public key of Ed25519 has 32 bytes")
}

/// What a checkpoint says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    /// How many events the tree holds.
    pub(crate) size: u64,
    /// Its root.
    pub(crate) root: Hash,
}

impl Head {
    /// A note that says it, signed with the key of a seed.
    pub(crate) fn sign(&self, seed: &str) -> Result<String, Fault> {
        let pair = keys::pair(seed)?;
        let verifier = Verifier::of(public_of(&pair));
        let body = format!("{}\n{}\n{}\n", verifier.name, self.size, merkle::text(&self.root));
        let mut signature = verifier.id().to_vec();
        signature.extend_from_slice(pair.sign(body.as_bytes()).as_ref());
        Ok(format!("{body}\n— {} {}\n", verifier.name, STANDARD.encode(signature)))
    }

    /// What a note says that a key signed; else what is wrong with it.
    pub(crate) fn open(note: &str, verifier: &Verifier) -> Result<Self, String> {
        let shape = "this is no checkpoint: it has a name, a size, a root, an empty line, and a \
            signature";
        if note.len() > NOTE_MAX {
            return Err(format!("this is no checkpoint: it is longer than {NOTE_MAX} bytes"));
        }
        let at = note.rfind("\n\n").ok_or(shape)?;
        let (body, signatures) = (&note[..=at], &note[at + 2..]);
        let mut lines = body.lines();
        let (origin, size, root) = (lines.next(), lines.next(), lines.next());
        let (Some(origin), Some(size), Some(root)) = (origin, size, root) else {
            return Err(shape.to_owned());
        };
        if origin != verifier.name {
            return Err(format!("it is of the log {origin}, not of {}", verifier.name));
        }
        if !verifier.signed(body, signatures) {
            return Err("its signature is wrong: it was altered, or another key signed it".into());
        }
        let number = size.parse().ok().filter(|number: &u64| number.to_string() == size);
        let (Some(size), Some(root)) = (number, merkle::hash_of(root)) else {
            return Err(shape.to_owned());
        };
        Ok(Self { size, root })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first key pair of RFC 8032, section 7.1.
    const SEED: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
    const OTHER: &str = "TM0Imyj_ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U-4pvs";

    fn head() -> Head {
        Head { size: 7, root: merkle::leaf(b"x") }
    }

    /// The example of the package `golang.org/x/mod/sumdb/note`.
    #[test]
    fn a_note_of_another_implementation_is_read() {
        let key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let verifier = Verifier::parse(key).expect("a key");
        assert_eq!(verifier.text(), key);
        let body = "If you think cryptography is the answer to your problem,\n\
            then you don't know what your problem is.\n";
        let signature = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC\
            2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        assert!(verifier.signed(body, signature));
        assert!(!verifier.signed(&body.replace('y', "Y"), signature));
        // What is no signature at all, or is cut off, makes the note no note.
        for wrong in [format!("{signature}more\n"), signature.trim_end().to_owned()] {
            assert!(!verifier.signed(body, &wrong), "{wrong}");
        }
    }

    #[test]
    fn a_checkpoint_reads_back_and_names_its_key() {
        let note = head().sign(SEED).unwrap();
        let verifier = Verifier::of_seed(SEED).unwrap();
        let lines: Vec<&str> = note.lines().collect();
        assert_eq!(lines[0], verifier.name());
        assert_eq!((lines[1], lines[3]), ("7", ""));
        assert!(lines[4].starts_with(&format!("— {} ", verifier.name())), "{note}");
        assert_eq!(Head::open(&note, &verifier), Ok(head()));
        assert_eq!(Verifier::parse(&verifier.text()), Some(verifier.clone()));
        // Another may sign beside us.
        let witnessed = format!("{note}— witness.example/w1 AAAAAAAA\n");
        assert_eq!(Head::open(&witnessed, &verifier), Ok(head()));
    }

    #[test]
    fn what_was_altered_or_signed_by_another_is_refused() {
        let note = head().sign(SEED).unwrap();
        let verifier = Verifier::of_seed(SEED).unwrap();
        let other = Verifier::of_seed(OTHER).unwrap();
        assert!(Head::open(&note, &other).unwrap_err().contains("not of"));
        let posing = Verifier { name: verifier.name.clone(), public: other.public };
        assert!(Head::open(&note, &posing).unwrap_err().contains("signature"));
        for altered in [
            note.replacen("\n7\n", "\n8\n", 1),
            note.replacen("\n7\n", "\n07\n", 1),
            note.replacen("\n\n", "\nmore\n\n", 1),
            note.replacen("\n\n", "\n", 1),
            note[..note.len() - 3].to_owned(),
            String::new(),
            "\n\n".to_owned(),
        ] {
            assert!(Head::open(&altered, &verifier).is_err(), "{altered}");
        }
        let key = verifier.text();
        for wrong in ["", "a+b", &key[1..], &key[..key.len() - 4], &key.replace('+', " ")] {
            assert_eq!(Verifier::parse(wrong), None, "{wrong}");
        }
    }
}
