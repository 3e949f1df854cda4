//! Whose program asks. All users of a machine reach its loopback interface, and whoever can ask for a page
//! has its token; so the system is asked, which lists connections with the users who have opened them.

use std::net::SocketAddr;

/// Whether the connection from `asker` to `server` was opened by the user who runs this server, or by the
/// superuser, who may do anything anyway. Only Linux can tell; elsewhere it is taken for granted.
pub(super) fn is_ours(asker: SocketAddr, server: SocketAddr) -> bool {
    #[cfg(target_os = "linux")]
    return linux::is_ours(asker, server);
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (asker, server);
        true
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::read_to_string;
    use std::net::SocketAddr;

    /// A client for either version of the Internet Protocol is listed among those of the sixth.
    const LISTS: [&str; 2] = ["/proc/net/tcp", "/proc/net/tcp6"];
    /// The state of a connection whose two ends are open. Of what is closed the system forgets the user.
    const OPEN: &str = "01";
    const SUPERUSER: u32 = 0;

    pub(super) fn is_ours(asker: SocketAddr, server: SocketAddr) -> bool {
        let lists = LISTS.map(|list| read_to_string(list).unwrap_or_default()).concat();
        let us = rustix::process::geteuid().as_raw();
        let users = users(&lists, asker.port(), server.port());
        !users.is_empty() && users.iter().all(|user| [us, SUPERUSER].contains(user))
    }

    /// Who has opened connections from one port to another, at whatever addresses.
    pub(super) fn users(lists: &str, from: u16, to: u16) -> Vec<u32> {
        let (from, to) = (format!(":{from:04X}"), format!(":{to:04X}"));
        let user = |line: &str| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let [_, local, remote, OPEN, _, _, _, user, ..] = fields[..] else { return None };
            let is_meant = local.ends_with(&from) && remote.ends_with(&to);
            user.parse().ok().filter(|_| is_meant)
        };
        lists.lines().filter_map(user).collect()
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::linux::users;

    const LISTS: &str = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 11 1
   1: 0100007F:A001 0100007F:0BB8 01 00000000:00000000 00:00000000 00000000  1001        0 12 1
   2: 0100007F:0BB8 0100007F:A001 01 00000000:00000000 00:00000000 00000000  1000        0 13 1
   3: 0100007F:A002 0100007F:0BB8 06 00000000:00000000 03:00000000 00000000     0        0 0 3
  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0000000000000000FFFF00000100007F:A003 0000000000000000FFFF00000100007F:0BB8 01 00000000:00000000 00:00000000 00000000  1002        0 14 1
";

    #[test]
    fn a_connection_belongs_to_who_has_opened_it() {
        assert_eq!(users(LISTS, 0xa001, 3000), [1001], "not to who has accepted it");
        assert_eq!(users(LISTS, 0xa003, 3000), [1002], "also from a socket for both versions");
        assert_eq!(users(LISTS, 0xa002, 3000), [0; 0], "the user of a closed one is unknown");
        assert_eq!(users(LISTS, 0xa001, 3001), [0; 0], "it goes elsewhere");
    }
}
