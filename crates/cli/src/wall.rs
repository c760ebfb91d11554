//! Times as people read them: wall time with its offset, then the zone it is of. Where a program
//! reads along, in JSON and CSV, they stay as the API writes them.

use api::common::Window;
use jiff::Zoned;
use kernel::{Timestamp, Zone};

/// A window in its own zone.
pub(crate) fn window(window: &Window) -> String {
    span(&window.start, &window.end, &window.zone)
}

/// A stretch of time; its end names a day only where that is another one.
pub(crate) fn span(start: &str, end: &str, zone: &str) -> String {
    let (Some(from), Some(to)) = (zoned(start, zone), zoned(end, zone)) else {
        return format!("{start} – {end} {zone}");
    };
    let until = if from.date() == to.date() { time(&to) } else { date_time(&to) };
    format!("{} – {until} {zone}", date_time(&from))
}

/// An instant; a text that is none stays as it is.
pub(crate) fn moment(at: &str, zone: &str) -> String {
    zoned(at, zone).map_or_else(|| at.to_owned(), |at| format!("{} {zone}", date_time(&at)))
}

/// A sentence with each instant in it told as wall time of a zone.
pub(crate) fn sentence(text: &str, zone: &str) -> String {
    let told = |word: &str| {
        let bare = word.trim_end_matches([',', ';', ':', '.', ')']);
        let (bare, rest) = word.split_at(bare.len());
        if is_instant(bare) { format!("{}{rest}", moment(bare, zone)) } else { word.to_owned() }
    };
    text.split(' ').map(told).collect::<Vec<_>>().join(" ")
}

/// The zone of a window, and UTC where there is none.
pub(crate) fn zone_of(window: Option<&Window>) -> &str {
    window.map_or("UTC", |window| &window.zone)
}

/// Whether a text is an instant as the API writes it.
pub(crate) fn is_instant(text: &str) -> bool {
    text.ends_with('Z') && text.parse::<Timestamp>().is_ok()
}

fn zoned(at: &str, zone: &str) -> Option<Zoned> {
    let (at, zone): (Timestamp, Zone) = (at.parse().ok()?, zone.parse().ok()?);
    Some(at.jiff().to_zoned(zone.rules()))
}

fn date_time(at: &Zoned) -> String {
    format!("{} {}", at.date(), time(at))
}

/// Seconds are told where there are any.
fn time(at: &Zoned) -> String {
    let form = if at.second() == 0 { "%H:%M%:z" } else { "%H:%M:%S%:z" };
    at.strftime(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_read_on_the_clock_of_its_zone() {
        let told = |end: &str| span("2026-12-05T21:00:00Z", end, "Europe/Amsterdam");
        let night = told("2026-12-05T22:00:00Z");
        assert_eq!(night, "2026-12-05 22:00+01:00 – 23:00+01:00 Europe/Amsterdam");
        let morning = told("2026-12-06T01:00:00Z");
        assert_eq!(morning, "2026-12-05 22:00+01:00 – 2026-12-06 02:00+01:00 Europe/Amsterdam");
    }

    #[test]
    fn both_sides_of_a_move_of_the_clock_have_their_own_offset() {
        let told = span("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "Europe/Amsterdam");
        assert_eq!(told, "2026-10-25 02:30+02:00 – 02:30+01:00 Europe/Amsterdam");
    }

    #[test]
    fn instants_within_a_sentence_are_told_too() {
        let told = sentence("open until 2026-12-05T21:00:00Z, then not: ask Zoë", "Asia/Tokyo");
        assert_eq!(told, "open until 2026-12-06 06:00+09:00 Asia/Tokyo, then not: ask Zoë");
    }

    #[test]
    fn an_instant_keeps_its_seconds_and_what_is_none_stays() {
        let told = moment("2026-12-05T21:00:07.25Z", "America/New_York");
        assert_eq!(told, "2026-12-05 16:00:07-05:00 America/New_York");
        assert_eq!(moment("2026-12-05T21:00:00Z", "UTC"), "2026-12-05 21:00+00:00 UTC");
        assert_eq!(moment("soon", "UTC"), "soon");
    }
}
