//! The known limits of the services that changes touch.

use std::collections::BTreeMap;

use api::common::Ref;
use api::rollback::KnownLimits;
use kernel::ChangeId;
use ports::{Fault, Query, Value};

use crate::read::{ANY_MAX, Statement};

/// The known limits of every service that one of the changes names, or one of whose CIs it
/// touches, by the service's name. Services without known limits are left out.
pub fn known_limits(
    db: &mut dyn Query,
    changes: impl Iterator<Item = ChangeId>,
) -> Result<Vec<KnownLimits>, Fault> {
    let changes: Vec<String> = changes.map(|change| change.to_string()).collect();
    let mut found = BTreeMap::new();
    for slice in changes.chunks(ANY_MAX) {
        for from in ["change_services", "change_cis"] {
            let mut statement = Statement::new(
                "SELECT DISTINCT services.name, services.id, services.known_limits FROM ",
            );
            statement.push(match from {
                "change_cis" => {
                    "change_cis CROSS JOIN cis CROSS JOIN services \
                    WHERE cis.id = change_cis.ci AND services.id = cis.service"
                }
                _ => {
                    "change_services CROSS JOIN services \
                    WHERE services.id = change_services.service"
                }
            });
            statement.push(" AND services.known_limits <> '' AND ");
            statement.bind_any(&format!("{from}.change"), slice.iter().map(Value::from));
            for row in statement.query(db)? {
                let (name, id) = (row.text(0)?.to_owned(), row.text(1)?.to_owned());
                let service = Ref { id, number: None, name: name.clone() };
                found.insert(name, KnownLimits { service, what: row.text(2)?.to_owned() });
            }
        }
    }
    Ok(found.into_values().collect())
}
