//! Portable values as PostgreSQL's binary format, and back. Sums of whole numbers arrive as
//! NUMERIC and truth values as BOOL; both are read as integers, as SQLite answers them.

use std::error::Error;

use ports::Value;
use postgres::types::private::BytesMut;
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

type Failure = Box<dyn Error + Sync + Send>;

/// The base of a digit of NUMERIC.
const BASE: u64 = 10_000;
const NEGATIVE: u16 = 0x4000;
const NOT_A_NUMBER: u16 = 0xC000;

/// A parameter.
#[derive(Debug)]
pub(super) struct Param<'a>(pub(super) &'a Value);

impl ToSql for Param<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
        match self.0 {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(number) => write_int(*number, ty, out),
            Value::Text(text) => write_text(text, ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn write_int(number: i64, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
    match *ty {
        Type::INT8 => number.to_sql(ty, out),
        Type::INT4 => i32::try_from(number)?.to_sql(ty, out),
        Type::INT2 => i16::try_from(number)?.to_sql(ty, out),
        Type::BOOL => (number != 0).to_sql(ty, out),
        Type::NUMERIC => {
            write_numeric(number, out);
            Ok(IsNull::No)
        }
        _ => Err(format!("a number was given where {ty} is expected").into()),
    }
}

fn write_text(text: &str, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
    if !<&str as ToSql>::accepts(ty) {
        return Err(format!("text was given where {ty} is expected").into());
    }
    if text.as_bytes().contains(&0) {
        return Err("text holds the character NUL".into());
    }
    text.to_sql(ty, out)
}

/// The header of NUMERIC: count of digits, weight of the first, sign, decimal places.
fn write_numeric(number: i64, out: &mut BytesMut) {
    let mut rest = number.unsigned_abs();
    let mut digits = Vec::new();
    while rest > 0 {
        digits.push(u16::try_from(rest % BASE).expect("a rest is below the base"));
        rest /= BASE;
    }
    let count = u16::try_from(digits.len()).expect("an integer has few digits");
    let sign = if number < 0 { NEGATIVE } else { 0 };
    for half in [count, count.saturating_sub(1), sign, 0] {
        out.extend_from_slice(&half.to_be_bytes());
    }
    for digit in digits.iter().rev() {
        out.extend_from_slice(&digit.to_be_bytes());
    }
}

/// A column.
#[derive(Debug)]
pub(super) struct Cell(pub(super) Value);

impl<'a> FromSql<'a> for Cell {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Failure> {
        let value = match *ty {
            Type::INT8 => Value::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => Value::Int(i32::from_sql(ty, raw)?.into()),
            Type::INT2 => Value::Int(i16::from_sql(ty, raw)?.into()),
            Type::BOOL => Value::Int(bool::from_sql(ty, raw)?.into()),
            Type::NUMERIC => Value::Int(read_numeric(raw)?),
            _ if <&str as FromSql>::accepts(ty) => Value::Text(String::from_sql(ty, raw)?),
            _ => return Err(format!("only integers and text are portable, not {ty}").into()),
        };
        Ok(Self(value))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Failure> {
        Ok(Self(Value::Null))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

fn read_numeric(raw: &[u8]) -> Result<i64, Failure> {
    let mut halves = raw.chunks_exact(2).map(|half| u16::from_be_bytes([half[0], half[1]]));
    let mut header = || halves.next().ok_or("a number is cut off");
    let (count, weight, sign, _places) = (header()?, header()?, header()?, header()?);
    if sign >= NOT_A_NUMBER {
        return Err("not a number".into());
    }
    let weight = i32::from(weight.cast_signed());
    let mut number: i128 = 0;
    for (place, digit) in (0..i32::from(count)).zip(halves) {
        if place > weight {
            if digit != 0 {
                return Err("the number has a fraction: cast it to BIGINT".into());
            }
            continue;
        }
        number = number.saturating_mul(BASE.into()).saturating_add(digit.into());
    }
    for _ in i32::from(count)..=weight {
        number = number.saturating_mul(BASE.into());
    }
    Ok(i64::try_from(if sign == NEGATIVE { -number } else { number })?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_survive_as_numeric() {
        for number in [0, 1, -1, 9_999, 10_000, -10_001, 100_000_000, i64::MAX, i64::MIN] {
            let mut out = BytesMut::new();
            write_numeric(number, &mut out);
            assert_eq!(read_numeric(&out).unwrap(), number);
        }
    }

    #[test]
    fn trailing_zero_digits_may_be_left_out_and_fractions_are_refused() {
        // 1 with weight 1 is 10,000; 1 with weight -1 is 0.0001.
        assert_eq!(read_numeric(&[0, 1, 0, 1, 0, 0, 0, 0, 0, 1]).unwrap(), 10_000);
        assert!(read_numeric(&[0, 1, 255, 255, 0, 0, 0, 4, 0, 1]).is_err());
        assert!(read_numeric(&[0, 0, 0, 0, 0xC0, 0, 0, 0]).is_err());
        assert!(read_numeric(&[0, 1]).is_err());
    }
}
