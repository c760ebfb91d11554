//! From ids and numbers to articles.

use domain::General;
use kernel::ArticleId;
use ports::Query;

use crate::bus::Stop;

/// The article of an id or a number.
pub fn find_article(db: &mut dyn Query, name: &str) -> Result<ArticleId, Stop> {
    let sql = "SELECT id FROM articles WHERE id = $1 OR number = $2";
    match db.query_one(sql, &[name.into(), name.to_uppercase().into()])? {
        Some(row) => Ok(row.parsed(0)?),
        None => Err(General::Unknown { kind: "article", name: name.to_owned() }.into()),
    }
}
