//! Tells cargo what a release embeds, so that it is built again when the web application or a page
//! of a problem changes. A debug build reads both from disk. Nothing is run or written here.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed=../../web/dist");
        println!("cargo::rerun-if-changed=../../docs/problems");
    }
}
