//! x
use crate::bus::Stop; use ports::*; use api::common::*; use api::change::ChangeRow; use crate::http::ListQuery;
pub fn list(_:&mut dyn Query,_:&ListQuery,_:u32,_:Option<kernel::PersonId>)->Result<Page<ChangeRow>,Stop>{todo!()}
pub fn rows(_:&mut dyn Query,_:&[String])->Result<Vec<ChangeRow>,Fault>{todo!()}
pub fn latest_on_ci(_:&mut dyn Query,_:&str,_:u32)->Result<Vec<ChangeRow>,Fault>{todo!()}
pub fn cis(_:&mut dyn Query,_:&str,_:u32,_:Option<&str>)->Result<Page<Ref>,Fault>{todo!()}
