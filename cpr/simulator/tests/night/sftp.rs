//! Change files over SFTP, fetched by the real client.

use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::path::PathBuf;
use std::time::Duration;

use cpr::client::delivery::{HostKey, SftpSettings, Source, SourceError, Visit};
use cpr_simulator::Simulator;

use crate::Line;

fn settings(simulator: &Simulator) -> SftpSettings {
    let sftp = simulator.sftp();
    SftpSettings {
        host: sftp.host(),
        port: sftp.port(),
        user: sftp.user(),
        key_file: sftp.key_file().to_owned(),
        host_key: HostKey::parse(sftp.host_key()).unwrap(),
        folder: sftp.out_dir().to_owned(),
        timeout: Duration::from_secs(60),
    }
}

async fn visit(settings: SftpSettings) -> Result<Visit, SourceError> {
    Source::Sftp(settings).visit().await
}

#[tokio::test]
async fn what_the_night_delivers_is_fetched_over_sftp_and_stays_there() {
    let line = Line::open();
    line.follow(&["0707614285"]);
    let produced = line.simulator.night().deliver().unwrap();
    let visit = visit(settings(&line.simulator)).await.unwrap();
    let files = visit.list().await.unwrap();
    assert_eq!(files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), [produced.file_name.as_str()]);
    assert_eq!(files[0].size, produced.bytes.len() as u64);
    assert!(files[0].modified_at > 0);

    let mut copy: File = visit.fetch(&files[0], tempfile::tempfile().unwrap()).await.unwrap();
    let mut bytes = Vec::new();
    copy.rewind().unwrap();
    copy.read_to_end(&mut bytes).unwrap();
    assert!(bytes == produced.bytes);
    assert_eq!(visit.list().await.unwrap(), files);
}

#[tokio::test]
async fn only_the_customer_comes_in_and_only_to_the_folder_with_files() {
    let (line, other) = (Line::open(), Line::open());
    let right = settings(&line.simulator);
    let of_another = other.simulator.sftp().key_file().to_owned();
    let strangers = [
        SftpSettings { user: "000000".to_owned(), ..right.clone() },
        SftpSettings { key_file: of_another, ..right.clone() },
    ];
    for stranger in strangers {
        assert!(matches!(visit(stranger).await, Err(SourceError::Refused)));
    }
    let unknown_host = HostKey::parse(other.simulator.sftp().host_key()).unwrap();
    let fooled = visit(SftpSettings { host_key: unknown_host, ..right.clone() }).await;
    assert!(matches!(fooled, Err(SourceError::HostKey { .. })));
    for folder in ["ind", "ud/..", "../", "/etc"] {
        let visit = visit(SftpSettings { folder: folder.to_owned(), ..right.clone() }).await.unwrap();
        assert!(matches!(visit.list().await, Err(SourceError::Folder)), "{folder}");
    }
    let missing = visit(SftpSettings { key_file: PathBuf::from("/nowhere"), ..right }).await;
    assert!(matches!(missing, Err(SourceError::KeyFile)));
}
