package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"aead.dev/minisign"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/rogpeppe/go-internal/testscript"

	"keywatch/internal/evidence"
	"keywatch/internal/fakeaws"
	"keywatch/internal/story"
)

// bucket NAME: there is an S3 bucket, and $LOCALHOST is the box by another name.
func (s *script) bucket(ts *testscript.TestScript, args []string) {
	s.account.cloud.CreateBucket(fakeaws.Bucket{Name: args[0]})
	ts.Setenv("LOCALHOST", strings.Replace(ts.Getenv("AWS_ENDPOINT_URL"), "127.0.0.1", "localhost", 1))
}

// client reaches the box's S3.
func client(ts *testscript.TestScript) *s3.Client {
	return archiveClient(aws.Config{
		Region: demoHome, BaseEndpoint: aws.String(ts.Getenv("AWS_ENDPOINT_URL")),
		Credentials: credentials.NewStaticCredentialsProvider(fakeaws.OperatorKeyID, "script", ""),
	}, "")
}

// bundle PLACE VARIABLE FILE [KEY]: a run left FILE as its findings in the archive
// at PLACE, signed with KEY. $VARIABLE is then the bundle's name, and $VARIABLE_SUM
// the SHA-256 of its manifest.
func (s *script) bundle(ts *testscript.TestScript, args []string) {
	location, err := evidence.ParseLocation(args[0])
	ts.Check(err)
	var store evidence.Store = evidence.NewFolder(ts.MkAbs(location.Folder))
	if location.Bucket != "" {
		store = evidence.NewS3(client(ts), location.Bucket, location.Prefix, evidence.S3Options{})
	}
	var signer *evidence.Signer
	if len(args) > 3 {
		signer, err = evidence.ParseSigner([]byte(ts.ReadFile(args[3])), "")
		ts.Check(err)
	}
	findings := []byte(ts.ReadFile(args[2]))
	account := s.account.cloud.AccountID()
	if run, err := story.Read(findings); err == nil {
		account = run.AccountID
	}
	link, err := evidence.Write(context.Background(), store, evidence.Run{
		AccountID: account, ToolVersion: "v1.2.3", Started: s.clock.Now().Add(-time.Second), Finished: s.clock.Now(),
		Files: map[string][]byte{evidence.FindingsFile: findings, evidence.ReportFile: s.account.cloud.Report()},
	}, signer)
	ts.Check(err)
	ts.Setenv(args[1], link.Bundle)
	ts.Setenv(args[1]+"_SUM", link.ManifestSHA256)
}

// flip FILE OFFSET: the byte there is another one, in a folder or a bucket.
func (s *script) flip(ts *testscript.TestScript, args []string) {
	offset, err := strconv.Atoi(args[1])
	ts.Check(err)
	location, err := evidence.ParseLocation(args[0])
	ts.Check(err)
	if location.Bucket == "" {
		content := []byte(ts.ReadFile(args[0]))
		content[offset] ^= 1
		ts.Check(os.WriteFile(ts.MkAbs(args[0]), content, 0o600))
		return
	}
	content := s.account.cloud.Objects(location.Bucket)[location.Prefix]
	content[offset] ^= 1
	_, err = client(ts).PutObject(context.Background(), &s3.PutObjectInput{Bucket: &location.Bucket, Key: &location.Prefix, Body: bytes.NewReader(content)})
	ts.Check(err)
}

// keypair NAME: a minisign key, in NAME.key and NAME.pub.
func keypair(ts *testscript.TestScript, _ bool, args []string) {
	public, secret, err := minisign.GenerateKey(rand.Reader)
	ts.Check(err)
	for suffix, key := range map[string]interface{ MarshalText() ([]byte, error) }{".pub": public, ".key": secret} {
		text, err := key.MarshalText()
		ts.Check(err)
		ts.Check(os.WriteFile(ts.MkAbs(args[0]+suffix), text, 0o600))
	}
}

// TestJudgeStory: what --fail-on makes of a story.
func TestJudgeStory(t *testing.T) {
	event := func(kind story.Kind, severity story.Severity, status story.Status) story.Event {
		return story.Event{Kind: kind, Severity: severity, After: &story.State{Findings: []story.Finding{{Status: status}}}}
	}
	for _, tc := range []struct {
		name     string
		failOn   story.Severity
		complete bool
		events   []story.Event
		want     int
	}{
		{"nobody asks", "", false, []story.Event{event(story.New, story.Critical, story.Fail)}, exitDone},
		{"nothing happened", story.Low, true, nil, exitDone},
		{"new at the severity", story.High, true, []story.Event{event(story.New, story.High, story.Fail)}, exitFindings},
		{"lapsed above it", story.High, true, []story.Event{event(story.Lapsed, story.Critical, story.Fail)}, exitFindings},
		{"woke up", story.High, true, []story.Event{event(story.WokeUp, story.High, story.Pass)}, exitFindings},
		{"new below it", story.High, true, []story.Event{event(story.New, story.Medium, story.Fail)}, exitDone},
		{"put right", story.Low, true, []story.Event{event(story.Fixed, story.Critical, story.Pass), event(story.Rotated, story.Critical, story.Pass), event(story.Gone, "", story.Pass)}, exitDone},
		{"unknown", story.Low, true, []story.Event{event(story.New, story.Low, story.Unknown), event(story.New, story.Critical, story.Fail)}, exitIncomplete},
		{"unclear", story.Low, true, []story.Event{event(story.Unclear, story.Low, story.Unknown)}, exitIncomplete},
		{"unclear below it", story.High, true, []story.Event{event(story.Unclear, story.Low, story.Unknown)}, exitDone},
		{"an incomplete run", story.High, false, nil, exitIncomplete},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := exitDone
			if err := judgeStory(story.Story{New: story.Run{Complete: tc.complete, IncompleteReasons: []string{"why"}}, Events: tc.events}, tc.failOn); err != nil {
				got = err.(*ending).code //nolint:errorlint // it is never wrapped
			}
			if got != tc.want {
				t.Errorf("exit code %d, want %d", got, tc.want)
			}
		})
	}
}
