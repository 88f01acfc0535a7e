//! Chance that repeats itself, and changes made by it.

/// The longest piece that is taken out, copied or repeated.
const PIECE_MAX: usize = 200;

/// How often a piece is repeated at most.
const REPEATS_MAX: usize = 60;

/// How many changes one input gets at most.
const CHANGES_MAX: usize = 4;

/// Numbers that look random and are the same for the same seed (`SplitMix64`, Steele, Lea and Flood
/// 2014).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`, which is not 0.
    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.number() % u64::try_from(end).unwrap()).unwrap()
    }

    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// A piece of `input`: where it begins and ends.
    fn piece(&mut self, input: &[u8]) -> (usize, usize) {
        let from = self.below(input.len() + 1);
        let longest = (input.len() - from).min(PIECE_MAX);
        (from, from + self.below(longest + 1))
    }
}

/// One input of the corpus, changed a little.
pub(super) fn mutated(dice: &mut Dice, corpus: &[Vec<u8>], words: &[&str]) -> Vec<u8> {
    let mut input = dice.pick(corpus).clone();
    for _ in 0..=dice.below(CHANGES_MAX) {
        change(dice, &mut input, corpus, words);
    }
    input
}

fn change(dice: &mut Dice, input: &mut Vec<u8>, corpus: &[Vec<u8>], words: &[&str]) {
    let (from, to) = dice.piece(input);
    match dice.below(8) {
        0 => {
            let bit = 1 << dice.below(8);
            input[from..].iter_mut().take(1).for_each(|byte| *byte ^= bit);
        }
        1 => drop(input.splice(from..from, [u8::try_from(dice.below(256)).unwrap()])),
        2 => drop(input.drain(from..to)),
        3 => {
            let repeated = input[from..to].repeat(dice.below(REPEATS_MAX));
            drop(input.splice(to..to, repeated));
        }
        4 => drop(input.splice(from..from, dice.pick(words).bytes())),
        5 => drop(input.splice(from..to, dice.pick(words).bytes())),
        6 => {
            let other = dice.pick(corpus);
            let (start, end) = dice.piece(other);
            drop(input.splice(from..to, other[start..end].iter().copied()));
        }
        _ => {
            for byte in &mut input[from..to] {
                *byte = match *byte {
                    b'0'..=b'9' => b'0' + u8::try_from(dice.below(10)).unwrap(),
                    letter if dice.below(4) == 0 => letter ^ 0x20,
                    other => other,
                };
            }
        }
    }
}

#[test]
fn the_same_seed_makes_the_same_inputs() {
    let corpus = vec![b"one two three".to_vec(), b"{\"four\": 5}".to_vec()];
    let inputs = |seed| {
        let mut dice = Dice::new(seed);
        (0..200).map(|_| mutated(&mut dice, &corpus, &["six"])).collect::<Vec<_>>()
    };
    assert_eq!(inputs(1), inputs(1));
    assert_ne!(inputs(1), inputs(2));
}
