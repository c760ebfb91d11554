//! Who is reached: each once, whatever groups they are in.

use std::collections::BTreeMap;

use kernel::{PersonId, Zone};

use crate::vocabulary::Audience;

/// Someone who is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// Their account.
    pub person: Option<PersonId>,
    /// Their e-mail address, in lower case; who has none is told in the page alone.
    pub address: Option<String>,
    /// In whose words.
    pub audience: Audience,
    /// In which zone.
    pub zone: Zone,
}

impl Reached {
    /// What tells them from others, and stands for them in what was sent: two who share an address
    /// share a mail.
    pub fn key(&self) -> String {
        let person = || self.person.map(|person| person.to_string());
        self.address.clone().or_else(person).unwrap_or_default()
    }
}

/// Everyone once, in the words of the first audience that they belong to. An account counts before
/// a bare address: its owner reads in the zone of the account and in the page too.
pub fn once(members: impl IntoIterator<Item = Reached>) -> Vec<Reached> {
    let mut found: BTreeMap<String, Reached> = BTreeMap::new();
    for member in members {
        let key = member.key();
        if key.is_empty() {
            continue;
        }
        match found.get_mut(&key) {
            None => drop(found.insert(key, member)),
            Some(known) => {
                let audience = known.audience.min(member.audience);
                // Of two with the same standing the smaller counts, so that the order of what is
                // read decides nothing.
                let standing = |one: &Reached| (one.person.is_none(), one.audience, one.person);
                if (standing(&member), &member.zone) < (standing(known), &known.zone) {
                    *known = member;
                }
                known.audience = audience;
            }
        }
    }
    found.into_values().collect()
}

#[cfg(test)]
mod tests {
    use kernel::Id;

    use super::*;

    fn person(number: u128) -> PersonId {
        PersonId::from_uuid(uuid::Uuid::from_u128(number))
    }

    fn zone(name: &str) -> Zone {
        name.parse().expect("a zone")
    }

    fn by_mail(address: &str, audience: Audience) -> Reached {
        let zone = Zone::utc();
        Reached { person: None, address: Some(address.to_owned()), audience, zone }
    }

    #[test]
    fn someone_in_several_groups_is_told_once_in_the_first_words() {
        let members = [
            by_mail("eve@example.org", Audience::Marketing),
            by_mail("eve@example.org", Audience::Support),
            by_mail("bob@example.org", Audience::Customers),
            by_mail("eve@example.org", Audience::Customers),
        ];
        let told = once(members.clone());
        let words: Vec<_> = told.iter().map(|one| (one.key(), one.audience)).collect();
        let expected = [
            ("bob@example.org".to_owned(), Audience::Customers),
            ("eve@example.org".to_owned(), Audience::Support),
        ];
        assert_eq!(words, expected);
        let turned: Vec<_> = members.into_iter().rev().collect();
        assert_eq!(once(turned), told);
    }

    #[test]
    fn an_account_and_its_bare_address_are_one() {
        let account = Reached {
            person: Some(person(1)),
            zone: zone("Europe/Amsterdam"),
            ..by_mail("eve@example.org", Audience::Customers)
        };
        let bare = by_mail("eve@example.org", Audience::Support);
        for members in [[account.clone(), bare.clone()], [bare, account.clone()]] {
            let expected = Reached { audience: Audience::Support, ..account.clone() };
            assert_eq!(once(members), [expected]);
        }
    }

    #[test]
    fn who_has_no_address_is_told_in_the_page_and_nobody_is_left_out() {
        let only = Reached {
            person: Some(person(2)),
            address: None,
            audience: Audience::Team,
            zone: Zone::utc(),
        };
        assert_eq!(once([only.clone(), only.clone()]), [only.clone()]);
        let nobody = Reached { person: None, ..only };
        assert_eq!(once([nobody]), []);
    }
}
