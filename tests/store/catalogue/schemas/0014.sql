BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0014');
CREATE TABLE audit (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	at_us BIGINT NOT NULL, 
	actor TEXT NOT NULL, 
	action TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	address TEXT NOT NULL, 
	page TEXT NOT NULL, 
	details JSON NOT NULL, 
	hash BLOB NOT NULL
);
INSERT INTO "audit" VALUES(1,1,'alex','recording.played','1','192.0.2.1','','{"a": 1}',X'A6C0817707CBF1D3763DAA04178844AC160BD8AB2D3C5D7746BEF15720D09E18');
CREATE TABLE bookmarks (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	recording_id CHAR(32) NOT NULL, 
	user_id VARCHAR(63) NOT NULL, 
	at_us BIGINT NOT NULL, 
	end_us BIGINT, 
	text TEXT NOT NULL, 
	words TEXT NOT NULL, 
	shared BOOLEAN NOT NULL, 
	created_at_us BIGINT NOT NULL, 
	CONSTRAINT fk_bookmarks_recording_id_recordings FOREIGN KEY(recording_id) REFERENCES recordings (id) ON DELETE CASCADE, 
	CONSTRAINT fk_bookmarks_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);
INSERT INTO "bookmarks" VALUES(1,'00000000000000000000000000000001','alex',1,NULL,'Here','here',1,1);
CREATE TABLE counters (
	name VARCHAR(32) NOT NULL, 
	value BIGINT NOT NULL, 
	CONSTRAINT pk_counters PRIMARY KEY (name)
);
INSERT INTO "counters" VALUES('command',1);
CREATE TABLE coverage_days (
	workstation_id VARCHAR(63) NOT NULL, 
	day VARCHAR(10) NOT NULL, 
	due_us BIGINT NOT NULL, 
	kept_us BIGINT NOT NULL, 
	missing JSON NOT NULL, 
	kept JSON NOT NULL, 
	is_final BOOLEAN NOT NULL, 
	CONSTRAINT pk_coverage_days PRIMARY KEY (workstation_id, day), 
	CONSTRAINT fk_coverage_days_workstation_id_workstations FOREIGN KEY(workstation_id) REFERENCES workstations (id)
);
INSERT INTO "coverage_days" VALUES('desk-1','2026-09-21',1,1,'[]','[]',1);
CREATE TABLE dead_letters (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	direction VARCHAR(4) NOT NULL, 
	message_id TEXT NOT NULL, 
	type TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	code VARCHAR(64) NOT NULL, 
	message TEXT NOT NULL, 
	body BLOB NOT NULL, 
	at_us BIGINT NOT NULL, 
	attempts INTEGER NOT NULL
);
INSERT INTO "dead_letters" VALUES(1,'sample','sample','sample','sample','vid.chain','sample',X'000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F',1790000000000000,1);
CREATE TABLE enrolment_codes (
	code_hash BLOB NOT NULL, 
	workstation_id VARCHAR(63), 
	created_at_us BIGINT NOT NULL, 
	expires_at_us BIGINT NOT NULL, 
	used_at_us BIGINT, 
	used_by VARCHAR(63), 
	CONSTRAINT pk_enrolment_codes PRIMARY KEY (code_hash)
);
INSERT INTO "enrolment_codes" VALUES(X'6868686868686868686868686868686868686868686868686868686868686868',NULL,1,2,NULL,NULL);
CREATE TABLE erasure_segments (
	segment_id CHAR(32) NOT NULL, 
	erasure_id INTEGER NOT NULL, 
	location TEXT NOT NULL, 
	started_at_us BIGINT NOT NULL, 
	covered_us BIGINT NOT NULL, 
	bytes BIGINT NOT NULL, 
	chain BLOB NOT NULL, 
	keys JSON NOT NULL, object TEXT, 
	CONSTRAINT pk_erasure_segments PRIMARY KEY (segment_id), 
	CONSTRAINT fk_erasure_segments_erasure_id_erasures FOREIGN KEY(erasure_id) REFERENCES erasures (id) ON DELETE CASCADE
);
INSERT INTO "erasure_segments" VALUES('00000000000000000000000000000002',1,'sample',1790000000000000,1,1,X'000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F','[]',NULL);
CREATE TABLE erasures (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	recording_id CHAR(32) NOT NULL, 
	workstation TEXT NOT NULL, 
	agent TEXT NOT NULL, 
	started_at_us BIGINT NOT NULL, 
	length_us BIGINT NOT NULL, 
	"by" TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	rule TEXT NOT NULL, 
	decided_at_us BIGINT NOT NULL, 
	phase VARCHAR(8) NOT NULL, 
	shredded_at_us BIGINT, 
	removed_at_us BIGINT, 
	bytes BIGINT NOT NULL, 
	certificate TEXT NOT NULL
);
INSERT INTO "erasures" VALUES(1,'00000000000000000000000000000001','desk-1','sample',1790000000000000,1,'sample','sample','sample',1790000000000000,'removed',1790000000000000,1790000000000000,1,'sample');
CREATE TABLE group_members (
	group_id VARCHAR(63) NOT NULL, 
	agent_key TEXT NOT NULL, 
	CONSTRAINT pk_group_members PRIMARY KEY (group_id, agent_key), 
	CONSTRAINT fk_group_members_group_id_groups FOREIGN KEY(group_id) REFERENCES groups (id) ON DELETE CASCADE
);
INSERT INTO "group_members" VALUES('inbound','alex');
CREATE TABLE group_supervisors (
	group_id VARCHAR(63) NOT NULL, 
	user_id VARCHAR(63) NOT NULL, 
	CONSTRAINT pk_group_supervisors PRIMARY KEY (group_id, user_id), 
	CONSTRAINT fk_group_supervisors_group_id_groups FOREIGN KEY(group_id) REFERENCES groups (id) ON DELETE CASCADE, 
	CONSTRAINT fk_group_supervisors_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);
INSERT INTO "group_supervisors" VALUES('inbound','alex');
CREATE TABLE groups (
	id VARCHAR(63) NOT NULL, 
	name TEXT NOT NULL, 
	CONSTRAINT pk_groups PRIMARY KEY (id)
);
INSERT INTO "groups" VALUES('inbound','Inbound');
CREATE TABLE handled_messages (
	sender VARCHAR(63) NOT NULL, 
	message_id VARCHAR(256) NOT NULL, 
	at_us BIGINT NOT NULL, 
	recording_id VARCHAR(36), 
	answer BLOB, 
	CONSTRAINT pk_handled_messages PRIMARY KEY (sender, message_id)
);
INSERT INTO "handled_messages" VALUES('sample','sample',1790000000000000,'00000000000000000000000000000001',X'000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F');
CREATE TABLE holds (
	recording_id CHAR(32) NOT NULL, 
	reason TEXT NOT NULL, 
	by_user VARCHAR(63) NOT NULL, 
	at_us BIGINT NOT NULL, 
	CONSTRAINT pk_holds PRIMARY KEY (recording_id), 
	CONSTRAINT fk_holds_recording_id_recordings FOREIGN KEY(recording_id) REFERENCES recordings (id)
);
INSERT INTO "holds" VALUES('00000000000000000000000000000001','a complaint','alex',1);
CREATE TABLE key_grants (
	segment_id CHAR(32) NOT NULL, 
	recipient VARCHAR(64) NOT NULL, 
	suite VARCHAR(32) NOT NULL, 
	sealed BLOB NOT NULL, 
	at_us BIGINT NOT NULL, 
	CONSTRAINT pk_key_grants PRIMARY KEY (segment_id, recipient), 
	CONSTRAINT fk_key_grants_segment_id_segments FOREIGN KEY(segment_id) REFERENCES segments (id) ON DELETE CASCADE
);
INSERT INTO "key_grants" VALUES('00000000000000000000000000000002','0000000000000000000000000000000000000000000000000000000000000000','sample',X'000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F',1790000000000000);
CREATE TABLE library_chunks (
	id INTEGER NOT NULL, 
	data BLOB NOT NULL, 
	CONSTRAINT pk_library_chunks PRIMARY KEY (id)
);
INSERT INTO "library_chunks" VALUES(0,X'00');
CREATE TABLE login_sessions (
	key_hash BLOB NOT NULL, 
	user_id VARCHAR(63) NOT NULL, 
	created_at_us BIGINT NOT NULL, 
	expires_at_us BIGINT NOT NULL, 
	address TEXT NOT NULL, public_id VARCHAR(16) DEFAULT '' NOT NULL, seen_at_us BIGINT DEFAULT '0' NOT NULL, agent TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_login_sessions PRIMARY KEY (key_hash), 
	CONSTRAINT fk_login_sessions_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);
INSERT INTO "login_sessions" VALUES(X'6868686868686868686868686868686868686868686868686868686868686868','alex',1,2,'192.0.2.1','00000000',1,'');
CREATE TABLE outbox (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	event_id VARCHAR(36) NOT NULL, 
	type VARCHAR(64) NOT NULL, 
	subject TEXT NOT NULL, 
	at_us BIGINT NOT NULL, 
	data BLOB NOT NULL
);
INSERT INTO "outbox" VALUES(1,'sample','sample','sample',1790000000000000,X'000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F');
CREATE TABLE outside_identities (
	issuer TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	user_id VARCHAR(63) NOT NULL, 
	linked_at_us BIGINT NOT NULL, 
	CONSTRAINT pk_outside_identities PRIMARY KEY (issuer, subject), 
	CONSTRAINT fk_outside_identities_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);
INSERT INTO "outside_identities" VALUES('https://id.example','abc','alex',1);
CREATE TABLE quarantine (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	kind VARCHAR(8) NOT NULL, 
	subject TEXT NOT NULL, 
	recording_id CHAR(32), 
	workstation_id VARCHAR(63), 
	place VARCHAR(16) NOT NULL, 
	location TEXT NOT NULL, 
	code VARCHAR(64) NOT NULL, 
	message TEXT NOT NULL, 
	bytes BIGINT NOT NULL, 
	first_at_us BIGINT NOT NULL, 
	at_us BIGINT NOT NULL, 
	attempts INTEGER NOT NULL, 
	details JSON NOT NULL
);
INSERT INTO "quarantine" VALUES(1,'segment','sample','00000000000000000000000000000001','sample','sample','sample','vid.chain','sample',1,1790000000000000,1790000000000000,1,'{}');
CREATE TABLE recording_changes (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	number BIGINT NOT NULL
);
INSERT INTO "recording_changes" VALUES(1,0);
CREATE TABLE recordings (
	id CHAR(32) NOT NULL, 
	workstation_id VARCHAR(63) NOT NULL, 
	agent TEXT NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	started_at_us BIGINT NOT NULL, 
	ended_at_us BIGINT, number BIGINT DEFAULT '-1' NOT NULL, site VARCHAR(63) DEFAULT '' NOT NULL, agent_key TEXT DEFAULT '' NOT NULL, length_us BIGINT DEFAULT '0' NOT NULL, has_gap BOOLEAN DEFAULT 0 NOT NULL, has_blackout BOOLEAN DEFAULT 0 NOT NULL, heard_at_us BIGINT, 
	CONSTRAINT pk_recordings PRIMARY KEY (id), 
	CONSTRAINT fk_recordings_workstation_id_workstations FOREIGN KEY(workstation_id) REFERENCES workstations (id)
);
INSERT INTO "recordings" VALUES('00000000000000000000000000000001','desk-1','alex','recording',1,NULL,0,'','alex',2,0,0,NULL);
CREATE TABLE recovery_codes (
	user_id VARCHAR(63) NOT NULL, 
	code_hash BLOB NOT NULL, 
	CONSTRAINT pk_recovery_codes PRIMARY KEY (user_id, code_hash), 
	CONSTRAINT fk_recovery_codes_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);
INSERT INTO "recovery_codes" VALUES('alex',X'7272727272727272727272727272727272727272727272727272727272727272');
CREATE TABLE replication_changes (
	position INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	kind VARCHAR(16) NOT NULL, 
	"key" TEXT NOT NULL
);
INSERT INTO "replication_changes" VALUES(1,'workstation','desk-1');
INSERT INTO "replication_changes" VALUES(2,'day','desk-1/2026-09-21');
INSERT INTO "replication_changes" VALUES(3,'recording','00000000000000000000000000000001');
CREATE TABLE replication_sources (
	site VARCHAR(63) NOT NULL, 
	stream BIGINT NOT NULL, 
	position BIGINT NOT NULL, 
	applied_at_us BIGINT NOT NULL, 
	origins JSON NOT NULL, 
	CONSTRAINT pk_replication_sources PRIMARY KEY (site)
);
INSERT INTO "replication_sources" VALUES('sample',1,1,1790000000000000,'[]');
CREATE TABLE retention (
	id INTEGER NOT NULL, 
	default_days INTEGER, 
	confirmed INTEGER, 
	confirmed_by TEXT, 
	confirmed_at_us BIGINT, 
	CONSTRAINT pk_retention PRIMARY KEY (id)
);
INSERT INTO "retention" VALUES(1,1,1,'sample',1790000000000000);
CREATE TABLE retention_rules (
	position INTEGER NOT NULL, 
	id VARCHAR(63) NOT NULL, 
	name VARCHAR(64) NOT NULL, 
	days INTEGER, 
	agents JSON NOT NULL, 
	groups JSON NOT NULL, 
	tags JSON NOT NULL, 
	states JSON NOT NULL, 
	CONSTRAINT pk_retention_rules PRIMARY KEY (position)
);
INSERT INTO "retention_rules" VALUES(1,'sample','sample',1,'[]','[]','[]','[]');
CREATE TABLE retention_runs (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	at_us BIGINT NOT NULL, 
	deleted INTEGER NOT NULL, 
	bytes BIGINT NOT NULL, 
	held INTEGER NOT NULL, 
	failed INTEGER NOT NULL, 
	waiting INTEGER NOT NULL
);
INSERT INTO "retention_runs" VALUES(1,1790000000000000,1,1,1,1,1);
CREATE TABLE role_permissions (
	role_id VARCHAR(63) NOT NULL, 
	action VARCHAR(16) NOT NULL, 
	scope VARCHAR(8) NOT NULL, 
	CONSTRAINT pk_role_permissions PRIMARY KEY (role_id, action), 
	CONSTRAINT fk_role_permissions_role_id_roles FOREIGN KEY(role_id) REFERENCES roles (id) ON DELETE CASCADE
);
INSERT INTO "role_permissions" VALUES('agent','view','own');
INSERT INTO "role_permissions" VALUES('agent','play','own');
INSERT INTO "role_permissions" VALUES('agent','blackout_on','own');
INSERT INTO "role_permissions" VALUES('supervisor','view','team');
INSERT INTO "role_permissions" VALUES('supervisor','play','team');
INSERT INTO "role_permissions" VALUES('supervisor','live','team');
INSERT INTO "role_permissions" VALUES('supervisor','export','team');
INSERT INTO "role_permissions" VALUES('supervisor','annotate','team');
INSERT INTO "role_permissions" VALUES('supervisor','record','team');
INSERT INTO "role_permissions" VALUES('supervisor','blackout_on','team');
INSERT INTO "role_permissions" VALUES('supervisor','blackout_off','team');
INSERT INTO "role_permissions" VALUES('manager','view','all');
INSERT INTO "role_permissions" VALUES('manager','play','all');
INSERT INTO "role_permissions" VALUES('manager','live','all');
INSERT INTO "role_permissions" VALUES('manager','export','all');
INSERT INTO "role_permissions" VALUES('manager','annotate','all');
INSERT INTO "role_permissions" VALUES('manager','record','all');
INSERT INTO "role_permissions" VALUES('manager','blackout_on','all');
INSERT INTO "role_permissions" VALUES('manager','blackout_off','all');
INSERT INTO "role_permissions" VALUES('manager','hold','all');
INSERT INTO "role_permissions" VALUES('auditor','view','all');
INSERT INTO "role_permissions" VALUES('auditor','audit','all');
INSERT INTO "role_permissions" VALUES('administrator','view','all');
INSERT INTO "role_permissions" VALUES('administrator','play','all');
INSERT INTO "role_permissions" VALUES('administrator','live','all');
INSERT INTO "role_permissions" VALUES('administrator','export','all');
INSERT INTO "role_permissions" VALUES('administrator','annotate','all');
INSERT INTO "role_permissions" VALUES('administrator','record','all');
INSERT INTO "role_permissions" VALUES('administrator','blackout_on','all');
INSERT INTO "role_permissions" VALUES('administrator','blackout_off','all');
INSERT INTO "role_permissions" VALUES('administrator','hold','all');
INSERT INTO "role_permissions" VALUES('administrator','delete','all');
INSERT INTO "role_permissions" VALUES('administrator','audit','all');
INSERT INTO "role_permissions" VALUES('administrator','administer','all');
INSERT INTO "role_permissions" VALUES('administrator','operate','all');
CREATE TABLE roles (
	id VARCHAR(63) NOT NULL, 
	name TEXT NOT NULL, 
	built_in BOOLEAN NOT NULL, 
	CONSTRAINT pk_roles PRIMARY KEY (id)
);
INSERT INTO "roles" VALUES('agent','Agent',1);
INSERT INTO "roles" VALUES('supervisor','Supervisor',1);
INSERT INTO "roles" VALUES('manager','Manager',1);
INSERT INTO "roles" VALUES('auditor','Auditor',1);
INSERT INTO "roles" VALUES('administrator','Administrator',1);
CREATE TABLE segments (
	id CHAR(32) NOT NULL, 
	recording_id CHAR(32) NOT NULL, 
	location TEXT NOT NULL, 
	started_at_us BIGINT NOT NULL, 
	covered_us BIGINT NOT NULL, 
	durable_bytes BIGINT NOT NULL, 
	resume BLOB NOT NULL, 
	sealed BOOLEAN NOT NULL, 
	ended VARCHAR(16) NOT NULL, has_blackout BOOLEAN, 
	CONSTRAINT pk_segments PRIMARY KEY (id), 
	CONSTRAINT fk_segments_recording_id_recordings FOREIGN KEY(recording_id) REFERENCES recordings (id) ON DELETE CASCADE
);
INSERT INTO "segments" VALUES('00000000000000000000000000000002','00000000000000000000000000000001','2026/01/01/x.vid',1,2,3,X'72',0,'',NULL);
CREATE TABLE sign_in_failures (
	kind VARCHAR(8) NOT NULL, 
	user_key BLOB NOT NULL, 
	address TEXT NOT NULL, 
	failures INTEGER NOT NULL, 
	failed_at_us BIGINT NOT NULL, 
	locked_until_us BIGINT NOT NULL, 
	CONSTRAINT pk_sign_in_failures PRIMARY KEY (kind, user_key, address)
);
INSERT INTO "sign_in_failures" VALUES('user',X'7575757575757575757575757575757575757575757575757575757575757575','',1,1,2);
CREATE TABLE tags (
	recording_id CHAR(32) NOT NULL, 
	tag VARCHAR(40) NOT NULL, 
	by_user VARCHAR(63) NOT NULL, 
	at_us BIGINT NOT NULL, 
	CONSTRAINT pk_tags PRIMARY KEY (recording_id, tag), 
	CONSTRAINT fk_tags_recording_id_recordings FOREIGN KEY(recording_id) REFERENCES recordings (id) ON DELETE CASCADE
);
INSERT INTO "tags" VALUES('00000000000000000000000000000001','refund','alex',1);
CREATE TABLE totp (
	user_id VARCHAR(63) NOT NULL, 
	sealed_secret BLOB NOT NULL, 
	created_at_us BIGINT NOT NULL, 
	confirmed_at_us BIGINT, 
	used_step BIGINT NOT NULL, 
	CONSTRAINT pk_totp PRIMARY KEY (user_id), 
	CONSTRAINT fk_totp_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);
INSERT INTO "totp" VALUES('alex',X'7373',1,2,3);
CREATE TABLE upload_parts (
	segment_id CHAR(32) NOT NULL, 
	number INTEGER NOT NULL, 
	bytes BIGINT NOT NULL, 
	etag TEXT NOT NULL, 
	CONSTRAINT pk_upload_parts PRIMARY KEY (segment_id, number), 
	CONSTRAINT fk_upload_parts_segment_id_uploads FOREIGN KEY(segment_id) REFERENCES uploads (segment_id) ON DELETE CASCADE
);
INSERT INTO "upload_parts" VALUES('00000000000000000000000000000002',1,1,'sample');
CREATE TABLE uploads (
	segment_id CHAR(32) NOT NULL, 
	recording_id CHAR(32) NOT NULL, 
	state VARCHAR(8) NOT NULL, 
	location TEXT NOT NULL, 
	multipart TEXT NOT NULL, 
	sent_bytes BIGINT NOT NULL, 
	bytes BIGINT NOT NULL, 
	chain BLOB NOT NULL, 
	attempts INTEGER NOT NULL, 
	retry_at_us BIGINT NOT NULL, 
	code VARCHAR(64) NOT NULL, 
	begun_at_us BIGINT, 
	verified_at_us BIGINT, 
	local_removed_at_us BIGINT, 
	CONSTRAINT pk_uploads PRIMARY KEY (segment_id)
);
INSERT INTO "uploads" VALUES('00000000000000000000000000000002','00000000000000000000000000000001','verified','sample','sample',1,1,X'000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F',1,1790000000000000,'vid.chain',1790000000000000,1790000000000000,1790000000000000);
CREATE TABLE user_roles (
	user_id VARCHAR(63) NOT NULL, 
	role_id VARCHAR(63) NOT NULL, 
	since_us BIGINT, 
	CONSTRAINT pk_user_roles PRIMARY KEY (user_id, role_id), 
	CONSTRAINT fk_user_roles_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE, 
	CONSTRAINT fk_user_roles_role_id_roles FOREIGN KEY(role_id) REFERENCES roles (id)
);
INSERT INTO "user_roles" VALUES('alex','manager',NULL);
CREATE TABLE users (
	id VARCHAR(63) NOT NULL, 
	name TEXT NOT NULL, 
	password_hash TEXT NOT NULL, 
	created_at_us BIGINT NOT NULL, 
	disabled_at_us BIGINT, password_expires_at_us BIGINT, signed_in_at_us BIGINT, 
	CONSTRAINT pk_users PRIMARY KEY (id)
);
INSERT INTO "users" VALUES('alex','Alex','$argon2id$',1,NULL,NULL,NULL);
CREATE TABLE views (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	user_id VARCHAR(63) NOT NULL, 
	name VARCHAR(64) NOT NULL, 
	"query" TEXT NOT NULL, 
	columns JSON NOT NULL, 
	shared BOOLEAN NOT NULL, 
	CONSTRAINT fk_views_user_id_users FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);
INSERT INTO "views" VALUES(1,'alex','Mine','agent=alex','[]',0);
CREATE TABLE workstation_links (
	workstation_id VARCHAR(63) NOT NULL, 
	at_us BIGINT NOT NULL, 
	connected BOOLEAN NOT NULL, 
	held_from_us BIGINT NOT NULL, 
	CONSTRAINT pk_workstation_links PRIMARY KEY (workstation_id), 
	CONSTRAINT fk_workstation_links_workstation_id_workstations FOREIGN KEY(workstation_id) REFERENCES workstations (id)
);
INSERT INTO "workstation_links" VALUES('desk-1',1790000000000000,1,1790000000000000);
CREATE TABLE workstation_reports (
	workstation_id VARCHAR(63) NOT NULL, 
	at_us BIGINT NOT NULL, 
	received_at_us BIGINT NOT NULL, 
	report TEXT NOT NULL, 
	CONSTRAINT pk_workstation_reports PRIMARY KEY (workstation_id), 
	CONSTRAINT fk_workstation_reports_workstation_id_workstations FOREIGN KEY(workstation_id) REFERENCES workstations (id)
);
INSERT INTO "workstation_reports" VALUES('desk-1',1790000000000000,1790000000000000,'sample');
CREATE TABLE workstation_signers (
	workstation_id VARCHAR(63) NOT NULL, 
	since_us BIGINT NOT NULL, 
	signer BLOB NOT NULL, 
	CONSTRAINT pk_workstation_signers PRIMARY KEY (workstation_id, since_us, signer), 
	CONSTRAINT fk_workstation_signers_workstation_id_workstations FOREIGN KEY(workstation_id) REFERENCES workstations (id)
);
INSERT INTO "workstation_signers" VALUES('desk-1',1,X'6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B');
CREATE TABLE workstation_states (
	workstation_id VARCHAR(63) NOT NULL, 
	seq BIGINT NOT NULL, 
	at_us BIGINT NOT NULL, 
	until_us BIGINT NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	wanted VARCHAR(16) NOT NULL, 
	recording_id CHAR(32), 
	detail TEXT NOT NULL, 
	is_last BOOLEAN NOT NULL, 
	CONSTRAINT pk_workstation_states PRIMARY KEY (workstation_id, seq), 
	CONSTRAINT fk_workstation_states_workstation_id_workstations FOREIGN KEY(workstation_id) REFERENCES workstations (id)
);
INSERT INTO "workstation_states" VALUES('desk-1',1,1790000000000000,1,'recording','continuous','00000000000000000000000000000001','sample',1);
CREATE TABLE workstations (
	id VARCHAR(63) NOT NULL, 
	signer BLOB NOT NULL, 
	certificate_hash BLOB NOT NULL, 
	enrolled_at_us BIGINT NOT NULL, 
	revoked_at_us BIGINT, 
	seen_at_us BIGINT, 
	software TEXT NOT NULL, 
	agent TEXT NOT NULL, 
	CONSTRAINT pk_workstations PRIMARY KEY (id)
);
INSERT INTO "workstations" VALUES('desk-1',X'6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B',X'6363636363636363636363636363636363636363636363636363636363636363',1,NULL,NULL,'','');
CREATE INDEX ix_login_sessions_user_id ON login_sessions (user_id);
CREATE INDEX ix_login_sessions_expires_at_us ON login_sessions (expires_at_us);
CREATE INDEX ix_recordings_state_started_at_us_id ON recordings (state, started_at_us, id);
CREATE INDEX ix_recordings_workstation_id_state_started_at_us_id ON recordings (workstation_id, state, started_at_us, id);
CREATE INDEX ix_segments_recording_id_started_at_us_id ON segments (recording_id, started_at_us, id);
CREATE INDEX ix_segments_ended ON segments (ended);
CREATE INDEX ix_enrolment_codes_expires_at_us ON enrolment_codes (expires_at_us);
CREATE INDEX ix_user_roles_role_id ON user_roles (role_id);
CREATE INDEX ix_group_members_agent_key ON group_members (agent_key);
CREATE INDEX ix_group_supervisors_user_id ON group_supervisors (user_id);
CREATE UNIQUE INDEX uq_login_sessions_public_id ON login_sessions (public_id);
CREATE INDEX ix_sign_in_failures_user_key ON sign_in_failures (user_key);
CREATE INDEX ix_sign_in_failures_failed_at_us ON sign_in_failures (failed_at_us);
CREATE UNIQUE INDEX uq_outside_identities_user_id ON outside_identities (user_id, issuer);
CREATE UNIQUE INDEX uq_recordings_number ON recordings (number);
CREATE INDEX ix_recordings_agent_key_started_at_us_id ON recordings (agent_key, started_at_us, id);
CREATE INDEX ix_segments_has_blackout_ended ON segments (has_blackout, ended);
CREATE INDEX ix_tags_tag ON tags (tag);
CREATE INDEX ix_bookmarks_recording_id_id ON bookmarks (recording_id, id);
CREATE INDEX ix_bookmarks_user_id_id ON bookmarks (user_id, id);
CREATE INDEX ix_bookmarks_shared_id ON bookmarks (shared, id);
CREATE UNIQUE INDEX uq_views_user_id_name ON views (user_id, name);
CREATE INDEX ix_views_shared ON views (shared);
CREATE INDEX ix_audit_actor_id ON audit (actor, id);
CREATE INDEX ix_audit_action_id ON audit (action, id);
CREATE INDEX ix_audit_subject_id ON audit (subject, id);
CREATE INDEX ix_audit_address_id ON audit (address, id);
CREATE INDEX ix_audit_at_us_id ON audit (at_us, id);
CREATE INDEX ix_workstation_states_workstation_id_until_us_at_us ON workstation_states (workstation_id, until_us, at_us);
CREATE INDEX ix_workstation_states_at_us ON workstation_states (at_us);
CREATE INDEX ix_coverage_days_day ON coverage_days (day);
CREATE INDEX ix_segments_started_at_us ON segments (started_at_us);
CREATE UNIQUE INDEX uq_quarantine_kind_subject ON quarantine (kind, subject);
CREATE INDEX ix_quarantine_workstation_id_id ON quarantine (workstation_id, id);
CREATE UNIQUE INDEX uq_erasures_recording_id ON erasures (recording_id);
CREATE INDEX ix_erasures_phase_id ON erasures (phase, id);
CREATE INDEX ix_erasure_segments_erasure_id ON erasure_segments (erasure_id);
CREATE INDEX ix_erasure_segments_started_at_us ON erasure_segments (started_at_us);
CREATE INDEX ix_handled_messages_at_us ON handled_messages (at_us);
CREATE INDEX ix_uploads_state_retry_at_us ON uploads (state, retry_at_us, segment_id);
CREATE INDEX ix_uploads_recording_id ON uploads (recording_id);
CREATE INDEX ix_uploads_local_removed_at_us ON uploads (local_removed_at_us, state, verified_at_us, segment_id);
CREATE UNIQUE INDEX uq_replication_changes_kind_key ON replication_changes (kind, "key");
CREATE TRIGGER replicated_recordings_insert AFTER INSERT ON recordings BEGIN DELETE FROM replication_changes WHERE kind = 'recording' AND key = NEW.id; INSERT INTO replication_changes (kind, key) SELECT 'recording', NEW.id WHERE NEW.id IS NOT NULL; END;
CREATE TRIGGER replicated_recordings_update AFTER UPDATE ON recordings BEGIN DELETE FROM replication_changes WHERE kind = 'recording' AND key = NEW.id; INSERT INTO replication_changes (kind, key) SELECT 'recording', NEW.id WHERE NEW.id IS NOT NULL; END;
CREATE TRIGGER replicated_recordings_delete AFTER DELETE ON recordings BEGIN DELETE FROM replication_changes WHERE kind = 'recording' AND key = OLD.id; INSERT INTO replication_changes (kind, key) SELECT 'recording', OLD.id WHERE OLD.id IS NOT NULL; END;
CREATE TRIGGER replicated_segments_insert AFTER INSERT ON segments BEGIN DELETE FROM replication_changes WHERE kind = 'recording' AND key = NEW.recording_id; INSERT INTO replication_changes (kind, key) SELECT 'recording', NEW.recording_id WHERE NEW.recording_id IS NOT NULL; END;
CREATE TRIGGER replicated_segments_update AFTER UPDATE ON segments BEGIN DELETE FROM replication_changes WHERE kind = 'recording' AND key = NEW.recording_id; INSERT INTO replication_changes (kind, key) SELECT 'recording', NEW.recording_id WHERE NEW.recording_id IS NOT NULL; END;
CREATE TRIGGER replicated_segments_delete AFTER DELETE ON segments BEGIN DELETE FROM replication_changes WHERE kind = 'recording' AND key = OLD.recording_id; INSERT INTO replication_changes (kind, key) SELECT 'recording', OLD.recording_id WHERE OLD.recording_id IS NOT NULL; END;
CREATE TRIGGER replicated_uploads_insert AFTER INSERT ON uploads BEGIN DELETE FROM replication_changes WHERE kind = 'recording' AND key = NEW.recording_id; INSERT INTO replication_changes (kind, key) SELECT 'recording', NEW.recording_id WHERE NEW.recording_id IS NOT NULL; END;
CREATE TRIGGER replicated_uploads_update AFTER UPDATE ON uploads BEGIN DELETE FROM replication_changes WHERE kind = 'recording' AND key = NEW.recording_id; INSERT INTO replication_changes (kind, key) SELECT 'recording', NEW.recording_id WHERE NEW.recording_id IS NOT NULL; END;
CREATE TRIGGER replicated_uploads_delete AFTER DELETE ON uploads BEGIN DELETE FROM replication_changes WHERE kind = 'recording' AND key = OLD.recording_id; INSERT INTO replication_changes (kind, key) SELECT 'recording', OLD.recording_id WHERE OLD.recording_id IS NOT NULL; END;
CREATE TRIGGER replicated_key_grants_insert AFTER INSERT ON key_grants BEGIN DELETE FROM replication_changes WHERE kind = 'recording' AND key = (SELECT recording_id FROM segments WHERE id = NEW.segment_id); INSERT INTO replication_changes (kind, key) SELECT 'recording', (SELECT recording_id FROM segments WHERE id = NEW.segment_id) WHERE (SELECT recording_id FROM segments WHERE id = NEW.segment_id) IS NOT NULL; END;
CREATE TRIGGER replicated_key_grants_update AFTER UPDATE ON key_grants BEGIN DELETE FROM replication_changes WHERE kind = 'recording' AND key = (SELECT recording_id FROM segments WHERE id = NEW.segment_id); INSERT INTO replication_changes (kind, key) SELECT 'recording', (SELECT recording_id FROM segments WHERE id = NEW.segment_id) WHERE (SELECT recording_id FROM segments WHERE id = NEW.segment_id) IS NOT NULL; END;
CREATE TRIGGER replicated_key_grants_delete AFTER DELETE ON key_grants BEGIN DELETE FROM replication_changes WHERE kind = 'recording' AND key = (SELECT recording_id FROM segments WHERE id = OLD.segment_id); INSERT INTO replication_changes (kind, key) SELECT 'recording', (SELECT recording_id FROM segments WHERE id = OLD.segment_id) WHERE (SELECT recording_id FROM segments WHERE id = OLD.segment_id) IS NOT NULL; END;
CREATE TRIGGER replicated_tags_insert AFTER INSERT ON tags BEGIN DELETE FROM replication_changes WHERE kind = 'recording' AND key = NEW.recording_id; INSERT INTO replication_changes (kind, key) SELECT 'recording', NEW.recording_id WHERE NEW.recording_id IS NOT NULL; END;
CREATE TRIGGER replicated_tags_update AFTER UPDATE ON tags BEGIN DELETE FROM replication_changes WHERE kind = 'recording' AND key = NEW.recording_id; INSERT INTO replication_changes (kind, key) SELECT 'recording', NEW.recording_id WHERE NEW.recording_id IS NOT NULL; END;
CREATE TRIGGER replicated_tags_delete AFTER DELETE ON tags BEGIN DELETE FROM replication_changes WHERE kind = 'recording' AND key = OLD.recording_id; INSERT INTO replication_changes (kind, key) SELECT 'recording', OLD.recording_id WHERE OLD.recording_id IS NOT NULL; END;
CREATE TRIGGER replicated_holds_insert AFTER INSERT ON holds BEGIN DELETE FROM replication_changes WHERE kind = 'recording' AND key = NEW.recording_id; INSERT INTO replication_changes (kind, key) SELECT 'recording', NEW.recording_id WHERE NEW.recording_id IS NOT NULL; END;
CREATE TRIGGER replicated_holds_update AFTER UPDATE ON holds BEGIN DELETE FROM replication_changes WHERE kind = 'recording' AND key = NEW.recording_id; INSERT INTO replication_changes (kind, key) SELECT 'recording', NEW.recording_id WHERE NEW.recording_id IS NOT NULL; END;
CREATE TRIGGER replicated_holds_delete AFTER DELETE ON holds BEGIN DELETE FROM replication_changes WHERE kind = 'recording' AND key = OLD.recording_id; INSERT INTO replication_changes (kind, key) SELECT 'recording', OLD.recording_id WHERE OLD.recording_id IS NOT NULL; END;
CREATE TRIGGER replicated_erasures_insert AFTER INSERT ON erasures BEGIN DELETE FROM replication_changes WHERE kind = 'recording' AND key = NEW.recording_id; INSERT INTO replication_changes (kind, key) SELECT 'recording', NEW.recording_id WHERE NEW.recording_id IS NOT NULL; END;
CREATE TRIGGER replicated_erasures_update AFTER UPDATE ON erasures BEGIN DELETE FROM replication_changes WHERE kind = 'recording' AND key = NEW.recording_id; INSERT INTO replication_changes (kind, key) SELECT 'recording', NEW.recording_id WHERE NEW.recording_id IS NOT NULL; END;
CREATE TRIGGER replicated_erasures_delete AFTER DELETE ON erasures BEGIN DELETE FROM replication_changes WHERE kind = 'recording' AND key = OLD.recording_id; INSERT INTO replication_changes (kind, key) SELECT 'recording', OLD.recording_id WHERE OLD.recording_id IS NOT NULL; END;
CREATE TRIGGER replicated_workstations_insert AFTER INSERT ON workstations BEGIN DELETE FROM replication_changes WHERE kind = 'workstation' AND key = NEW.id; INSERT INTO replication_changes (kind, key) SELECT 'workstation', NEW.id WHERE NEW.id IS NOT NULL; END;
CREATE TRIGGER replicated_workstations_update AFTER UPDATE ON workstations BEGIN DELETE FROM replication_changes WHERE kind = 'workstation' AND key = NEW.id; INSERT INTO replication_changes (kind, key) SELECT 'workstation', NEW.id WHERE NEW.id IS NOT NULL; END;
CREATE TRIGGER replicated_workstations_delete AFTER DELETE ON workstations BEGIN DELETE FROM replication_changes WHERE kind = 'workstation' AND key = OLD.id; INSERT INTO replication_changes (kind, key) SELECT 'workstation', OLD.id WHERE OLD.id IS NOT NULL; END;
CREATE TRIGGER replicated_workstation_signers_insert AFTER INSERT ON workstation_signers BEGIN DELETE FROM replication_changes WHERE kind = 'workstation' AND key = NEW.workstation_id; INSERT INTO replication_changes (kind, key) SELECT 'workstation', NEW.workstation_id WHERE NEW.workstation_id IS NOT NULL; END;
CREATE TRIGGER replicated_workstation_signers_update AFTER UPDATE ON workstation_signers BEGIN DELETE FROM replication_changes WHERE kind = 'workstation' AND key = NEW.workstation_id; INSERT INTO replication_changes (kind, key) SELECT 'workstation', NEW.workstation_id WHERE NEW.workstation_id IS NOT NULL; END;
CREATE TRIGGER replicated_workstation_signers_delete AFTER DELETE ON workstation_signers BEGIN DELETE FROM replication_changes WHERE kind = 'workstation' AND key = OLD.workstation_id; INSERT INTO replication_changes (kind, key) SELECT 'workstation', OLD.workstation_id WHERE OLD.workstation_id IS NOT NULL; END;
CREATE TRIGGER replicated_coverage_days_insert AFTER INSERT ON coverage_days BEGIN DELETE FROM replication_changes WHERE kind = 'day' AND key = NEW.workstation_id || '/' || NEW.day; INSERT INTO replication_changes (kind, key) SELECT 'day', NEW.workstation_id || '/' || NEW.day WHERE NEW.workstation_id || '/' || NEW.day IS NOT NULL; END;
CREATE TRIGGER replicated_coverage_days_update AFTER UPDATE ON coverage_days BEGIN DELETE FROM replication_changes WHERE kind = 'day' AND key = NEW.workstation_id || '/' || NEW.day; INSERT INTO replication_changes (kind, key) SELECT 'day', NEW.workstation_id || '/' || NEW.day WHERE NEW.workstation_id || '/' || NEW.day IS NOT NULL; END;
CREATE TRIGGER replicated_coverage_days_delete AFTER DELETE ON coverage_days BEGIN DELETE FROM replication_changes WHERE kind = 'day' AND key = OLD.workstation_id || '/' || OLD.day; INSERT INTO replication_changes (kind, key) SELECT 'day', OLD.workstation_id || '/' || OLD.day WHERE OLD.workstation_id || '/' || OLD.day IS NOT NULL; END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('audit',1);
INSERT INTO "sqlite_sequence" VALUES('bookmarks',1);
INSERT INTO "sqlite_sequence" VALUES('recording_changes',1);
INSERT INTO "sqlite_sequence" VALUES('views',1);
INSERT INTO "sqlite_sequence" VALUES('quarantine',1);
INSERT INTO "sqlite_sequence" VALUES('retention_runs',1);
INSERT INTO "sqlite_sequence" VALUES('erasures',1);
INSERT INTO "sqlite_sequence" VALUES('outbox',1);
INSERT INTO "sqlite_sequence" VALUES('dead_letters',1);
INSERT INTO "sqlite_sequence" VALUES('replication_changes',4);
COMMIT;
