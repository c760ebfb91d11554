//! What figures guarantee: what each record says, case by case, and sums over random facts.

mod facts;
mod sums;
mod values;
