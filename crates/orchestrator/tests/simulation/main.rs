//! Random plans are carried out in a model of the world, with drivers that die at any point,
//! answers that are lost, late or told twice, and people who change their minds. Everything follows
//! from a seed; a failure prints it, and `SEED=n` runs it alone.

mod chaos;
mod plans;
mod resumed;
mod world;

/// Numbers that follow from a seed.
#[derive(Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn of(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// One of `0..below`.
    pub(crate) fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        usize::try_from(mixed(self.0) % below as u64).expect("small")
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.roll(100) < percent
    }

    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.roll(of.len())]
    }
}

/// A number that follows from a seed and a word, whenever it is asked for.
pub(crate) fn drawn(seed: u64, word: &str, below: u64) -> u64 {
    let fold = |sum: u64, byte: u8| mixed(sum ^ u64::from(byte));
    word.bytes().fold(mixed(seed), fold) % below
}

fn mixed(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Runs a story for every seed, or for the one that is asked for.
pub(crate) fn for_each_seed(count: u64, story: impl Fn(u64) + std::panic::RefUnwindSafe) {
    let alone = std::env::var("SEED").ok().map(|text| text.parse::<u64>().expect("a number"));
    for seed in alone.map_or(0..count, |seed| seed..seed + 1) {
        if let Err(panic) = std::panic::catch_unwind(|| story(seed)) {
            eprintln!("the story fails for SEED={seed}");
            std::panic::resume_unwind(panic);
        }
    }
}
