//! Who is reached: each once, whatever groups they are in.

use std::collections::BTreeMap;

use kernel::{PersonId, Zone};

use crate::vocabulary::Audience;

/// Someone who is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// Their account.
    pub person: Option<PersonId>,
    /// Their e-mail address, in lower case; who has none of their own is told in the page alone.
    pub address: Option<String>,
    /// In whose words.
    pub audience: Audience,
    /// In which zone.
    pub zone: Zone,
}

impl Reached {
    /// What tells them from others, and stands for them in what was sent.
    pub fn key(&self) -> String {
        let person = || self.person.map(|person| person.to_string());
        self.address.clone().or_else(person).unwrap_or_default()
    }
}

/// Everyone once, in the words of the first audience that they belong to. An account counts before
/// a bare address: its owner reads in the zone of the account and in the page too. Where several
/// accounts share an address, the first has it, and the others are told in the page alone.
pub fn once(members: impl IntoIterator<Item = Reached>) -> Vec<Reached> {
    let mut found: BTreeMap<(Option<PersonId>, Option<String>), Reached> = BTreeMap::new();
    for member in members {
        let bare = member.address.clone().filter(|_| member.person.is_none());
        if member.person.is_none() && bare.is_none() {
            continue;
        }
        // Of two the smaller counts, so that the order of what is read decides nothing.
        let known = found.entry((member.person, bare)).or_insert_with(|| member.clone());
        if (member.audience, &member.zone) < (known.audience, &known.zone) {
            *known = member;
        }
    }
    let mut members: Vec<Reached> = found.into_values().collect();
    members.sort_by_key(|one| (one.person.is_none(), one.audience, one.person));
    let mut owners: BTreeMap<String, usize> = BTreeMap::new();
    let mut told: Vec<Reached> = Vec::with_capacity(members.len());
    for mut member in members {
        if let Some(address) = member.address.take() {
            if let Some(owner) = owners.get(&address) {
                let owner = &mut told[*owner];
                owner.audience = owner.audience.min(member.audience);
                if member.person.is_none() {
                    continue;
                }
            } else {
                owners.insert(address.clone(), told.len());
                member.address = Some(address);
            }
        }
        told.push(member);
    }
    told.sort_by_cached_key(Reached::key);
    told
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
    fn accounts_that_share_an_address_share_a_mail_and_each_has_the_page() {
        let account = |number, audience| Reached {
            person: Some(person(number)),
            ..by_mail("desk@example.org", audience)
        };
        let members = [
            by_mail("desk@example.org", Audience::Team),
            account(2, Audience::Customers),
            account(1, Audience::Support),
        ];
        let told = once(members.clone());
        let first = Reached { audience: Audience::Team, ..account(1, Audience::Support) };
        let second = Reached { address: None, ..account(2, Audience::Customers) };
        assert_eq!(told, [first, second]);
        let turned: Vec<_> = members.into_iter().rev().collect();
        assert_eq!(once(turned), told);
    }

    #[test]
    fn who_has_no_address_is_told_in_the_page_and_nobody_is_left_out() {
        let only = Reached {
            person: Some(person(2)),
            address: None,
            audience: Audience::Team,
            zone: Zone::utc(),
        };
        assert_eq!(once([only.clone(), only.clone()]), vec![only.clone()]);
        let nobody = Reached { person: None, ..only };
        assert_eq!(once([nobody]), []);
    }
}
