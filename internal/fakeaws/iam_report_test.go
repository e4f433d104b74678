package fakeaws

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"
)

func (b *box) generate(t *testing.T) string {
	t.Helper()
	out := must[*iam.GenerateCredentialReportOutput](t)(b.iam.GenerateCredentialReport(t.Context(), nil))
	if (out.State == types.ReportStateTypeStarted) != (out.Description != nil) {
		t.Fatalf("state %s with description %v", out.State, out.Description)
	}
	return string(out.State)
}

func (b *box) report(t *testing.T) *iam.GetCredentialReportOutput {
	t.Helper()
	for range 10 {
		if b.generate(t) == "COMPLETE" {
			return must[*iam.GetCredentialReportOutput](t)(b.iam.GetCredentialReport(t.Context(), nil))
		}
	}
	t.Fatal("report never completes")
	return nil
}

func TestReportIsStartedThenInProgressThenComplete(t *testing.T) {
	b := newBox(t, Options{ReportPolls: 3})
	_, err := b.iam.GetCredentialReport(t.Context(), nil)
	if e := wantAs[*types.CredentialReportNotPresentException](t, err); e.ErrorMessage() != "Unknown" {
		t.Errorf("message %q", e.ErrorMessage())
	}
	states := []string{b.generate(t), b.generate(t)}
	_, err = b.iam.GetCredentialReport(t.Context(), nil)
	if e := wantAs[*types.CredentialReportNotReadyException](t, err); e.ErrorMessage() != "Unknown" {
		t.Errorf("message %q", e.ErrorMessage())
	}
	states = append(states, b.generate(t), b.generate(t))
	if diff := cmp.Diff([]string{"STARTED", "INPROGRESS", "INPROGRESS", "COMPLETE"}, states); diff != "" {
		t.Error(diff)
	}
	out := must[*iam.GetCredentialReportOutput](t)(b.iam.GetCredentialReport(t.Context(), nil))
	if !out.GeneratedTime.Equal(start) || out.ReportFormat != types.ReportFormatTypeTextCsv {
		t.Errorf("generated %v, format %s", out.GeneratedTime, out.ReportFormat)
	}
}

func TestReportWithoutPollsIsCompleteAtTheSecondCall(t *testing.T) {
	b := newBox(t, Options{ReportPolls: -1})
	if got := []string{b.generate(t), b.generate(t)}; !cmp.Equal(got, []string{"STARTED", "COMPLETE"}) {
		t.Error(got)
	}
}

func TestReportTakesItsTime(t *testing.T) {
	b := newBox(t, Options{ReportPolls: -1, ReportTime: time.Minute})
	got := []string{b.generate(t), b.generate(t)}
	b.clock.add(time.Minute - time.Second)
	got = append(got, b.generate(t))
	b.clock.add(time.Second)
	got = append(got, b.generate(t))
	if diff := cmp.Diff([]string{"STARTED", "INPROGRESS", "INPROGRESS", "COMPLETE"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestReportIsTheSameForFourHours(t *testing.T) {
	b := newBox(t, Options{})
	b.AddUser(User{Name: "alice", Created: start})
	first := b.report(t)
	b.AddUser(User{Name: "bob", Created: start})
	b.clock.add(4*time.Hour - time.Second)
	if again := b.report(t); string(again.Content) != string(first.Content) || !again.GeneratedTime.Equal(*first.GeneratedTime) {
		t.Error("report changed within four hours")
	}
	b.clock.add(time.Second)
	_, err := b.iam.GetCredentialReport(t.Context(), nil)
	wantType[*types.CredentialReportExpiredException](t, err)
	if state := b.generate(t); state != "STARTED" {
		t.Errorf("state %s after four hours", state)
	}
	if fresh := b.report(t); !strings.Contains(string(fresh.Content), "\nbob,") || !fresh.GeneratedTime.Equal(b.Now()) {
		t.Errorf("not a new report: %v", fresh.GeneratedTime)
	}
}

func TestReportBytes(t *testing.T) {
	b := newBox(t, Options{})
	b.SetRoot(Root{Created: start.AddDate(-7, 0, 0), MFA: true, Password: &Password{LastChanged: start.AddDate(-3, 0, 0)},
		Keys: []Key{{ID: "AKIAROOT000000000001", Created: start.AddDate(-5, 0, 0)}}})
	b.AddUser(User{Name: "Zoe", Created: start.AddDate(-1, 0, 0)})
	b.AddUser(User{Name: "erin,contractor", Path: "/ci/", Created: start.AddDate(-1, 0, 0).Add(300 * time.Millisecond),
		Password:     &Password{LastUsed: start.AddDate(0, -1, 0), LastChanged: start.AddDate(0, -2, 0), NextRotation: start.AddDate(0, 1, 0)},
		Certificates: [2]Certificate{{Active: true, LastRotated: start.AddDate(-1, 0, 0)}},
		Keys: []Key{
			{ID: "AKIAZZZZZZZZZZZZZZZZ", Created: start.AddDate(-1, 0, 0), LastUsed: start.AddDate(0, 0, -9), LastUsedRegion: "eu-west-1", LastUsedService: "ec2"},
			{ID: "AKIAAAAAAAAAAAAAAAAA", Created: start.AddDate(0, -1, 0), Inactive: true},
		}})
	b.AddUser(User{Name: "dave", Created: start, Password: &Password{LastChanged: start}})
	want := "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active," +
		"access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service," +
		"access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service," +
		"cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated\n" +
		"<root_account>,arn:aws:iam::111122223333:root,2019-11-20T06:00:00Z,true,no_information,2023-11-20T06:00:00Z,not_supported,true," +
		"true,2021-11-20T06:00:00Z,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A\n" +
		"dave,arn:aws:iam::111122223333:user/dave,2026-11-20T06:00:00Z,true,no_information,2026-11-20T06:00:00Z,N/A,false," +
		"false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A\n" +
		"\"erin,contractor\",\"arn:aws:iam::111122223333:user/ci/erin,contractor\",2025-11-20T06:00:00Z,true,2026-10-20T06:00:00Z,2026-09-20T06:00:00Z,2026-12-20T06:00:00Z,false," +
		"false,2026-10-20T06:00:00Z,N/A,N/A,N/A,true,2025-11-20T06:00:00Z,2026-11-11T06:00:00Z,eu-west-1,ec2,true,2025-11-20T06:00:00Z,false,N/A\n" +
		"Zoe,arn:aws:iam::111122223333:user/Zoe,2025-11-20T06:00:00Z,false,N/A,N/A,N/A,false," +
		"false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A"
	if diff := cmp.Diff(want, string(b.report(t).Content)); diff != "" {
		t.Error(diff)
	}
}

func TestReportOfRootWithoutCredentials(t *testing.T) {
	b := newBox(t, Options{Partition: "aws-us-gov"})
	rows := strings.Split(string(b.Report()), "\n")
	if !strings.HasPrefix(rows[1], "<root_account>,arn:aws-us-gov:iam::111122223333:root,2021-11-20T06:00:00Z,false,N/A,N/A,not_supported,false,false,N/A,") {
		t.Error(rows[1])
	}
}

func TestReportHasTheLastColumnOnlyForMoreThanTwoKeys(t *testing.T) {
	b := newBox(t, Options{})
	b.AddUser(User{Name: "alice", Keys: []Key{{}, {}}})
	if strings.Contains(string(b.Report()), "additional_credentials_info") {
		t.Error("column without a third key")
	}
	if _, err := b.AddKey("alice", Key{}); err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(string(b.Report()), "\n")
	for i, suffix := range []string{",additional_credentials_info", ",N/A", ",1 additional access keys; use ListAccessKeys"} {
		if !strings.HasSuffix(rows[i], suffix) {
			t.Errorf("row %d: %s", i, rows[i])
		}
	}
}

func TestSetReportServesTheBytesAsGenerated(t *testing.T) {
	b := newBox(t, Options{})
	b.SetReport([]byte("not,a,report"), start.Add(-4*time.Hour+time.Second))
	if out := b.report(t); string(out.Content) != "not,a,report" || !out.GeneratedTime.Equal(start.Add(-4*time.Hour+time.Second)) {
		t.Errorf("%s %v", out.Content, out.GeneratedTime)
	}
	b.clock.add(time.Second)
	if state := b.generate(t); state != "STARTED" {
		t.Errorf("state %s for an expired report", state)
	}
}
