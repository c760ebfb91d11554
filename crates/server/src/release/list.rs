//! x
use crate::bus::Stop; use ports::*; use api::common::*; use api::release::*; use crate::http::ListQuery; use api::deployment::DeploymentRow;
pub fn list(_:&mut dyn Query,_:&ListQuery,_:u32,_:Option<kernel::PersonId>)->Result<Page<ReleaseRow>,Stop>{todo!()}
pub fn rows(_:&mut dyn Query,_:&[String])->Result<Vec<ReleaseRow>,Fault>{todo!()}
pub fn board(_:&mut dyn Query,_:Option<&str>)->Result<Board,Stop>{todo!()}
pub fn deployments(_:&mut dyn Query,_:&ListQuery,_:u32)->Result<Page<DeploymentRow>,Stop>{todo!()}
