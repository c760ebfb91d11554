//! The Merkle tree of RFC 6962 (RFC 9162, section 2.1): hashes, roots, proofs and how they are
//! checked. It reads complete subtrees from wherever they are kept, and keeps nothing itself.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ports::Fault;
use sha2::{Digest as _, Sha256};

/// A hash of the tree.
pub(crate) type Hash = [u8; 32];

/// A complete subtree: of `2^level` leaves, the `place`-th of its level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Node {
    /// 0 for a leaf.
    pub(crate) level: u32,
    /// From 0.
    pub(crate) place: u64,
}

/// Where the hashes of complete subtrees are read.
pub(crate) trait Nodes {
    /// The hash of a complete subtree.
    fn hash(&mut self, node: Node) -> Result<Hash, Fault>;
}

/// The hash of a leaf.
pub(crate) fn leaf(data: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(data).finalize().into()
}

/// The hash of two subtrees beside each other.
pub(crate) fn parent(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// A hash as checkpoints and proofs write it.
pub(crate) fn text(hash: &Hash) -> String {
    STANDARD.encode(hash)
}

/// A hash as checkpoints and proofs write it, read back.
pub(crate) fn hash_of(text: &str) -> Option<Hash> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

/// The right edge of a tree: the complete subtrees it is made of, the largest first. It is all that
/// is needed to grow it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Edge {
    size: u64,
    peaks: Vec<Hash>,
}

impl Edge {
    /// The edge of a tree of some size.
    pub(crate) fn load(size: u64, nodes: &mut dyn Nodes) -> Result<Self, Fault> {
        let mut peaks = Vec::new();
        let mut start = 0;
        for level in (0..u64::BITS).rev().filter(|level| size >> level & 1 == 1) {
            peaks.push(nodes.hash(Node { level, place: start >> level })?);
            start += 1 << level;
        }
        Ok(Self { size, peaks })
    }

    /// How many leaves the tree has.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf; `grown` hears of every subtree that became complete.
    pub(crate) fn push(&mut self, leaf: Hash, grown: &mut dyn FnMut(Node, Hash)) {
        let mut hash = leaf;
        let mut level = 0;
        grown(Node { level, place: self.size }, hash);
        while self.size >> level & 1 == 1 {
            let left = self.peaks.pop().expect("as many subtrees as the size has ones");
            hash = parent(&left, &hash);
            level += 1;
            grown(Node { level, place: self.size >> level }, hash);
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The root of the tree.
    pub(crate) fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return Sha256::digest([]).into() };
        peaks.fold(*last, |right, left| parent(left, &right))
    }
}

/// The largest power of two below a number of leaves.
fn split(leaves: u64) -> u64 {
    1 << (leaves - 1).ilog2()
}

/// The hash over the leaves from `start` to before `end`, where the tree of RFC 6962 has one.
fn range(nodes: &mut dyn Nodes, start: u64, end: u64) -> Result<Hash, Fault> {
    let leaves = end - start;
    if leaves.is_power_of_two() {
        let level = leaves.ilog2();
        return nodes.hash(Node { level, place: start >> level });
    }
    let middle = start + split(leaves);
    Ok(parent(&range(nodes, start, middle)?, &range(nodes, middle, end)?))
}

/// Proves that the leaf at `index` is in the tree of `size` leaves: the hashes beside the way from
/// the leaf to the root.
pub(crate) fn prove_inclusion(
    nodes: &mut dyn Nodes,
    index: u64,
    size: u64,
) -> Result<Vec<Hash>, Fault> {
    let (mut start, mut end) = (0, size);
    let mut proof = Vec::new();
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            proof.push(range(nodes, middle, end)?);
            end = middle;
        } else {
            proof.push(range(nodes, start, middle)?);
            start = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// Proves that the tree of `from` leaves is the beginning of the tree of `to` leaves.
pub(crate) fn prove_consistency(
    nodes: &mut dyn Nodes,
    from: u64,
    to: u64,
) -> Result<Vec<Hash>, Fault> {
    let mut proof = Vec::new();
    if from == 0 || from == to {
        return Ok(proof);
    }
    let (mut start, mut end) = (0, to);
    while from < end {
        let middle = start + split(end - start);
        if from <= middle {
            proof.push(range(nodes, middle, end)?);
            end = middle;
        } else {
            proof.push(range(nodes, start, middle)?);
            start = middle;
        }
    }
    // Whoever knows the smaller tree knows this subtree when it is all of it.
    if start > 0 {
        proof.push(range(nodes, start, end)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Whether a proof shows that a leaf is at `index` in the tree of `size` leaves under a root
/// (RFC 9162, section 2.1.3.2).
pub(crate) fn is_included(leaf: Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut place, mut last, mut hash) = (index, size - 1, leaf);
    for beside in proof {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            hash = parent(beside, &hash);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            hash = parent(&hash, beside);
        }
        place >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Whether a proof shows that one tree is the beginning of another (RFC 9162, section 2.1.4.2).
/// Each is its size and its root.
pub(crate) fn is_consistent(from: (u64, &Hash), to: (u64, &Hash), proof: &[Hash]) -> bool {
    if from.0 == 0 || from.0 == to.0 {
        return proof.is_empty() && from.0 <= to.0 && (from.0 == 0 || from.1 == to.1);
    }
    if from.0 > to.0 {
        return false;
    }
    let whole = from.0.is_power_of_two().then_some(from.1);
    let mut proof = whole.into_iter().chain(proof);
    let Some(first) = proof.next() else { return false };
    let (mut place, mut last) = (from.0 - 1, to.0 - 1);
    while place & 1 == 1 {
        place >>= 1;
        last >>= 1;
    }
    let (mut old, mut new) = (*first, *first);
    for beside in proof {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            old = parent(beside, &old);
            new = parent(beside, &new);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            new = parent(&new, beside);
        }
        place >>= 1;
        last >>= 1;
    }
    last == 0 && old == *from.1 && new == *to.1
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use ports::hex;
    use proptest::prelude::*;

    use super::*;

    /// All complete subtrees, in memory.
    #[derive(Default)]
    struct Kept {
        nodes: BTreeMap<Node, Hash>,
        reads: usize,
    }

    impl Nodes for Kept {
        fn hash(&mut self, node: Node) -> Result<Hash, Fault> {
            self.reads += 1;
            Ok(self.nodes[&node])
        }
    }

    fn grown(leaves: &[Vec<u8>]) -> (Edge, Kept) {
        let (mut edge, mut kept) = (Edge::default(), Kept::default());
        for data in leaves {
            edge.push(leaf(data), &mut |node, hash| {
                assert!(kept.nodes.insert(node, hash).is_none(), "a subtree is complete once");
            });
        }
        (edge, kept)
    }

    /// The definition of RFC 6962, section 2.1, as it stands there.
    fn naive_root(leaves: &[Vec<u8>]) -> Hash {
        match leaves {
            [] => Sha256::digest([]).into(),
            [one] => leaf(one),
            _ => {
                let (left, right) = leaves.split_at(naive_split(leaves.len()));
                parent(&naive_root(left), &naive_root(right))
            }
        }
    }

    fn naive_split(leaves: usize) -> usize {
        (0..usize::BITS).map(|power| 1 << power).take_while(|size| *size < leaves).last().unwrap()
    }

    /// PATH(m, D[n]) of section 2.1.1.
    fn naive_path(index: usize, leaves: &[Vec<u8>]) -> Vec<Hash> {
        if leaves.len() <= 1 {
            return Vec::new();
        }
        let at = naive_split(leaves.len());
        let (left, right) = leaves.split_at(at);
        let (mut path, beside) = if index < at {
            (naive_path(index, left), naive_root(right))
        } else {
            (naive_path(index - at, right), naive_root(left))
        };
        path.push(beside);
        path
    }

    /// SUBPROOF(m, D[n], b) of section 2.1.2.
    fn naive_subproof(from: usize, leaves: &[Vec<u8>], known: bool) -> Vec<Hash> {
        if from == leaves.len() {
            return if known { Vec::new() } else { vec![naive_root(leaves)] };
        }
        let at = naive_split(leaves.len());
        let (left, right) = leaves.split_at(at);
        let (mut proof, beside) = if from <= at {
            (naive_subproof(from, left, known), naive_root(right))
        } else {
            (naive_subproof(from - at, right, false), naive_root(left))
        };
        proof.push(beside);
        proof
    }

    /// The leaves and roots that the implementations of RFC 6962 are tested with.
    const LEAVES: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    const ROOTS: [&str; 9] = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    #[test]
    fn the_roots_are_those_of_the_known_leaves() {
        let leaves = LEAVES.map(<[u8]>::to_vec);
        for (size, expected) in ROOTS.iter().enumerate() {
            assert_eq!(hex(&grown(&leaves[..size]).0.root()), *expected, "{size}");
        }
    }

    /// The tree of seven leaves of RFC 6962, section 2.1.3, with the letters it gives its nodes.
    #[test]
    #[expect(clippy::many_single_char_names, reason = "they are those of the RFC")]
    fn the_example_of_the_rfc_comes_out() {
        let leaves: Vec<Vec<u8>> = (0..7_u8).map(|number| vec![number]).collect();
        let (_, mut kept) = grown(&leaves);
        let [a, b, c, d, e, f, j] = [0, 1, 2, 3, 4, 5, 6].map(|at: usize| leaf(&leaves[at]));
        let (g, h, i) = (parent(&a, &b), parent(&c, &d), parent(&e, &f));
        let (k, l) = (parent(&g, &h), parent(&i, &j));
        let mut path = |index| prove_inclusion(&mut kept, index, 7).unwrap();
        assert_eq!(path(0), [b, h, l]);
        assert_eq!(path(3), [c, g, l]);
        assert_eq!(path(4), [f, j, k]);
        assert_eq!(path(6), [i, k]);
        let mut proof = |from| prove_consistency(&mut kept, from, 7).unwrap();
        assert_eq!(proof(3), [c, d, g, l]);
        assert_eq!(proof(4), [l]);
        assert_eq!(proof(6), [i, j, k]);
    }

    #[test]
    fn a_proof_reads_no_more_than_the_tree_is_high() {
        let leaves: Vec<Vec<u8>> = (0..1_000_u32).map(|at| at.to_be_bytes().to_vec()).collect();
        let (_, mut kept) = grown(&leaves);
        for (index, size) in [(0, 999), (998, 999), (511, 1000), (512, 1000), (700, 777)] {
            kept.reads = 0;
            prove_inclusion(&mut kept, index, size).unwrap();
            assert!(kept.reads <= 2 * 10, "{index} of {size} read {}", kept.reads);
        }
        for from in [1, 511, 512, 513, 999] {
            kept.reads = 0;
            prove_consistency(&mut kept, from, 1000).unwrap();
            assert!(kept.reads <= 2 * 10, "{from} read {}", kept.reads);
        }
    }

    fn leaves() -> impl Strategy<Value = Vec<Vec<u8>>> {
        prop::collection::vec(prop::collection::vec(any::<u8>(), 0..4), 1..70)
    }

    proptest! {
        #[test]
        fn roots_and_proofs_are_those_of_the_definition(
            leaves in leaves(), size in any::<prop::sample::Index>(),
            index in any::<prop::sample::Index>(),
        ) {
            let (_, mut kept) = grown(&leaves);
            let size = size.index(leaves.len()) + 1;
            let index = index.index(size);
            let part = &leaves[..size];
            let (count, place) = (size as u64, index as u64);
            let edge = Edge::load(count, &mut kept).unwrap();
            let root = naive_root(part);
            prop_assert_eq!(edge.root(), root);
            let path = prove_inclusion(&mut kept, place, count).unwrap();
            prop_assert_eq!(&path, &naive_path(index, part));
            prop_assert!(is_included(leaf(&part[index]), place, count, &path, &root));
            let proof = prove_consistency(&mut kept, place + 1, count).unwrap();
            prop_assert_eq!(&proof, &naive_subproof(index + 1, part, true));
            let old = naive_root(&part[..=index]);
            prop_assert!(is_consistent((place + 1, &old), (count, &root), &proof));
        }

        #[test]
        fn an_edge_that_was_kept_grows_as_if_it_had_never_been_put_down(
            leaves in leaves(), cut in any::<prop::sample::Index>(),
        ) {
            let (whole, mut kept) = grown(&leaves);
            let cut = cut.index(leaves.len());
            let mut edge = Edge::load(cut as u64, &mut kept).unwrap();
            for data in &leaves[cut..] {
                edge.push(leaf(data), &mut |node, hash| assert_eq!(kept.nodes[&node], hash));
            }
            prop_assert_eq!(edge, whole);
        }

        #[test]
        fn a_proof_that_was_altered_proves_nothing(
            leaves in leaves(), index in any::<prop::sample::Index>(),
            at in any::<prop::sample::Index>(), bit in 0..256_usize, other in 0..70_u64,
        ) {
            let (edge, mut kept) = grown(&leaves);
            let (count, root) = (edge.size(), edge.root());
            let place = index.index(leaves.len()) as u64;
            let own = leaf(&leaves[index.index(leaves.len())]);
            let path = prove_inclusion(&mut kept, place, count).unwrap();
            let proof = prove_consistency(&mut kept, place + 1, count).unwrap();
            let old = Edge::load(place + 1, &mut kept).unwrap().root();
            let flipped = |hash: &Hash| {
                let mut hash = *hash;
                hash[bit / 8] ^= 1 << (bit % 8);
                hash
            };
            prop_assert!(!is_included(flipped(&own), place, count, &path, &root));
            prop_assert!(!is_included(own, place, count, &path, &flipped(&root)));
            prop_assert!(!is_consistent((place + 1, &flipped(&old)), (count, &root), &proof));
            prop_assert!(!is_consistent((place + 1, &old), (count, &flipped(&root)), &proof));
            let same = other < count && leaves[usize::try_from(other).unwrap()]
                == leaves[index.index(leaves.len())];
            if other != place && !same {
                prop_assert!(!is_included(own, other, count, &path, &root));
            }
            for (proof, is_path) in [(&path, true), (&proof, false)] {
                if proof.is_empty() {
                    continue;
                }
                let at = at.index(proof.len());
                let mut wrong = proof.clone();
                wrong[at] = flipped(&wrong[at]);
                let mut short = proof.clone();
                short.remove(at);
                let mut long = proof.clone();
                long.push(root);
                for altered in [wrong, short, long] {
                    let holds = if is_path {
                        is_included(own, place, count, &altered, &root)
                    } else {
                        is_consistent((place + 1, &old), (count, &root), &altered)
                    };
                    prop_assert!(!holds);
                }
            }
        }
    }
}
