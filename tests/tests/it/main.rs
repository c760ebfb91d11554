//! The product from end to end, on both engines.

mod import;
mod shared;
