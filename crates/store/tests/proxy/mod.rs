//! A proxy in front of PostgreSQL that cuts a connection at the moment of COMMIT: before the
//! server hears of it, or after the server has committed and before the client hears of it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};

/// The message by which the client ends a transaction: a simple query.
const COMMIT: &[u8] = b"COMMIT\0";

/// Where the next COMMIT is cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Cut {
    Nowhere = 0,
    BeforeTheServer = 1,
    AfterTheServer = 2,
    /// Like the one before, and nobody can connect for a moment afterwards.
    AfterTheServerAndRefuse = 3,
    /// The server hears of it, and has not answered yet.
    WhileTheServer = 5,
}

/// A listening proxy; its threads end with the process.
pub(crate) struct Proxy {
    port: u16,
    cut: Arc<AtomicU8>,
}

impl Proxy {
    /// A proxy in front of the database at `url`, which names a socket folder and a port.
    pub(crate) fn before(url: &str) -> (Self, String) {
        let setting = |name: &str| {
            let settings = url.split_once('?').unwrap().1.split('&');
            settings.filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name)
        };
        let folder = setting("host").unwrap().1;
        let socket = format!("{folder}/.s.PGSQL.{}", setting("port").unwrap().1);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let cut = Arc::new(AtomicU8::new(0));
        let proxy = Self { port, cut: Arc::clone(&cut) };
        std::thread::spawn(move || {
            let mut refusals = 0;
            for client in listener.incoming() {
                let client = client.unwrap();
                // A few connections are turned away after the hardest cut.
                if cut.load(Ordering::SeqCst) == Cut::AfterTheServerAndRefuse as u8 + 1 {
                    refusals += 1;
                    if refusals > 3 {
                        cut.store(Cut::Nowhere as u8, Ordering::SeqCst);
                    } else {
                        drop(client);
                        continue;
                    }
                }
                let server = UnixStream::connect(&socket).unwrap();
                let cut = Arc::clone(&cut);
                std::thread::spawn(move || carry(client, server, &cut));
            }
        });
        let name = url.split_once('?').unwrap().0.rsplit_once('/').unwrap().1;
        let address = format!("postgres://postgres@127.0.0.1:{}/{name}", proxy.port);
        (proxy, address)
    }

    pub(crate) fn cut_next(&self, cut: Cut) {
        self.cut.store(cut as u8, Ordering::SeqCst);
    }

    pub(crate) fn has_cut(&self) -> bool {
        self.cut.load(Ordering::SeqCst) == Cut::Nowhere as u8
    }
}

fn carry(client: TcpStream, server: UnixStream, cut: &Arc<AtomicU8>) {
    client.set_nodelay(true).unwrap();
    let muted = Arc::new(Mutex::new(false));
    let back = {
        let (client, server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        let muted = Arc::clone(&muted);
        std::thread::spawn(move || answer(client, server, &muted))
    };
    ask(client, server, cut, &muted);
    let _ = back.join();
}

/// From the client to the server, looking for COMMIT.
fn ask(mut client: TcpStream, mut server: UnixStream, cut: &AtomicU8, muted: &Mutex<bool>) {
    let mut buffer = [0; 8_192];
    while let Ok(read @ 1..) = client.read(&mut buffer) {
        let message = &buffer[..read];
        let commits = message.windows(COMMIT.len()).any(|window| window == COMMIT);
        let now = if commits { cut.load(Ordering::SeqCst) } else { 0 };
        if now == Cut::BeforeTheServer as u8 {
            cut.store(Cut::Nowhere as u8, Ordering::SeqCst);
            break;
        }
        if now == Cut::AfterTheServer as u8 || now == Cut::AfterTheServerAndRefuse as u8 {
            *muted.lock().unwrap() = true;
            let refuses = now == Cut::AfterTheServerAndRefuse as u8;
            cut.store(if refuses { now + 1 } else { 0 }, Ordering::SeqCst);
        }
        if server.write_all(message).is_err() {
            break;
        }
        if now == Cut::WhileTheServer as u8 {
            cut.store(Cut::Nowhere as u8, Ordering::SeqCst);
            break;
        }
    }
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
}

/// From the server to the client; the answer to a COMMIT that is cut off never arrives.
fn answer(mut client: TcpStream, mut server: UnixStream, muted: &Mutex<bool>) {
    let mut buffer = [0; 8_192];
    while let Ok(read @ 1..) = server.read(&mut buffer) {
        if *muted.lock().unwrap() || client.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
}
