//! A child process that never outlives us, however we end.

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::{fs, io};

/// Keeps a program, its children and its folder until we let go, or are gone.
///
/// Between us and the program stands a shell that reads our pipe: the pipe ends when this value is dropped and also when
/// our process is killed. Then the shell asks the whole process group to stop, and removes the folder. (A parent-death
/// signal would follow the thread that started the program instead of the process, and reach no grandchildren.)
#[derive(Debug)]
pub struct Leash {
    keeper: Child,
}

/// What the program runs as, when not as ourselves.
#[derive(Debug, Clone, Copy)]
pub struct User {
    pub id: u32,
    pub group: u32,
}

/// `$1` the signal, `$2` the folder, then the program. The trap is a handler, not `''`, so that the program does not
/// inherit an ignored signal; `wait` collects the program; the last line takes grandchildren that did not listen.
const KEEPER: &str = r#"
trap : HUP INT QUIT TERM
signal=$1; folder=$2; shift 2
"$@" </dev/null >"$folder/output" 2>&1 &
cat >/dev/null
kill -s "$signal" 0
wait
cd /
rm -rf -- "$folder"
kill -s KILL 0
"#;

impl Leash {
    /// Starts `program` in `folder`; `signal` is the one by which it ends at once.
    pub fn start(program: &Command, signal: &str, folder: &Path, user: Option<User>) -> io::Result<Leash> {
        let mut keeper = Command::new("sh");
        keeper.args(["-c", KEEPER, "leash", signal]).arg(folder).arg(program.get_program()).args(program.get_args());
        keeper.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        keeper.current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        if let Some(user) = user {
            keeper.uid(user.id).gid(user.group);
        }
        Ok(Leash { keeper: keeper.spawn()? })
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // Ends by its own last line; there is nothing left to do if that fails.
        let _ = self.keeper.wait();
    }
}

/// What the program in `folder` has printed so far.
pub fn output(folder: &Path) -> String {
    let mut text = Vec::new();
    let read = fs::File::open(folder.join("output")).and_then(|mut file| file.read_to_end(&mut text));
    read.map_or(String::new(), |_| String::from_utf8_lossy(&text).into_owned())
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn the_program_its_children_and_its_folder_end_with_the_leash() {
        let folder = tempfile::tempdir().unwrap().keep();
        let mut program = Command::new("sh");
        // The grandchild ignores the polite signal.
        program.args(["-c", "sh -c 'trap \"\" TERM; echo grandchild $$; sleep 600' & echo child $$; wait; sleep 600"]);
        let leash = Leash::start(&program, "TERM", &folder, None).unwrap();

        let start = Instant::now();
        while output(&folder).lines().count() < 2 {
            assert!(start.elapsed() < Duration::from_secs(20), "the program did not start: {}", output(&folder));
            thread::sleep(Duration::from_millis(5));
        }
        let text = output(&folder);
        let ids: Vec<&str> = text.lines().filter_map(|line| line.split(' ').nth(1)).collect();
        let running = |id: &&&str| is_running(id);
        assert_eq!(ids.iter().filter(running).count(), 2, "{text}");

        drop(leash);
        assert!(!folder.exists());
        // All have been killed; the kernel may need a moment to bury them.
        let start = Instant::now();
        while ids.iter().filter(running).count() > 0 {
            assert!(start.elapsed() < Duration::from_secs(20), "still running: {text}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Whether the process exists and is not merely a dead one that nobody has collected yet.
    fn is_running(id: &str) -> bool {
        let state = fs::read_to_string(format!("/proc/{id}/stat"));
        state.is_ok_and(|state| !state.rsplit(") ").next().is_some_and(|rest| rest.starts_with('Z')))
    }
}
