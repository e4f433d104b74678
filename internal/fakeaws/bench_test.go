package fakeaws

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// BenchmarkServe is what the Cloud itself takes for a call, without a client,
// without sockets: 20 rules in the Region, as Apply writes them.
func BenchmarkServe(b *testing.B) {
	queue := "arn:aws:sqs:us-east-1:111122223333:q"
	pattern := func(i int) string {
		return fmt.Sprintf(`{\"source\":[{\"prefix\":\"aws.\"}],\"detail\":{\"userIdentity\":{\"accessKeyId\":[\"AKIAEXAMPLE%09d\"]}}}`, i)
	}
	put := func(i int) string {
		return fmt.Sprintf(`{"Name":"keywatch-%02d","Description":"owner=test rotated 400 days ago","EventPattern":"%s","State":%q}`, i, pattern(i), EnabledAll)
	}
	targets := func(i int) string {
		return fmt.Sprintf(`{"Rule":"keywatch-%02d","Targets":[{"Id":"alert","Arn":%q,"InputTransformer":{"InputPathsMap":{"who":"$.detail.userIdentity.arn","what":"$.detail.eventName"},"InputTemplate":"{\"who\":<who>,\"what\":<what>,\"why\":\"unused\"}"}}]}`, i, queue)
	}
	for _, bench := range []struct {
		op   string
		body func(i int) string
	}{
		{"ListRules", func(int) string { return `{"NamePrefix":"keywatch","Limit":100}` }},
		{"ListTargetsByRule", func(i int) string { return fmt.Sprintf(`{"Rule":"keywatch-%02d"}`, i) }},
		{"PutRule", put},
		{"PutTargets", targets},
	} {
		b.Run(bench.op, func(b *testing.B) {
			c := New(Options{Seed: 1})
			bodies := make([]string, 20)
			for i := range bodies {
				serve(b, c, "PutRule", put(i))
				serve(b, c, "PutTargets", targets(i))
				bodies[i] = bench.body(i)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				serve(b, c, bench.op, bodies[i%len(bodies)])
			}
		})
	}
	b.Run("Use", func(b *testing.B) {
		c := New(Options{Seed: 1})
		c.AddUser(User{Name: "alice", Keys: []Key{{ID: "AKIAEXAMPLE000000007"}}})
		c.CreateQueue("us-east-1", "q", true)
		for i := range 20 {
			serve(b, c, "PutRule", put(i))
			serve(b, c, "PutTargets", targets(i))
		}
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.Use(KeyUse{Key: "AKIAEXAMPLE000000007"}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// serve makes one EventBridge call as the SDK words it.
func serve(b *testing.B, c *Cloud, op, body string) {
	header := http.Header{
		"Authorization": {"AWS4-HMAC-SHA256 Credential=" + OperatorKeyID + "/20261120/us-east-1/events/aws4_request, SignedHeaders=host, Signature=0"},
		"Content-Type":  {"application/x-amz-json-1.1"},
		"X-Amz-Target":  {"AWSEvents." + op},
	}
	r := &http.Request{Method: http.MethodPost, Header: header, Body: io.NopCloser(strings.NewReader(body)), Host: "aws.test"}
	w := &status{header: http.Header{}}
	if c.ServeHTTP(w, r); w.code != http.StatusOK {
		b.Fatalf("%s is answered %d", op, w.code)
	}
}

// status is a ResponseWriter that keeps nothing but the status.
type status struct {
	header http.Header
	code   int
}

func (s *status) Header() http.Header         { return s.header }
func (s *status) WriteHeader(code int)        { s.code = code }
func (s *status) Write(p []byte) (int, error) { return len(p), nil }
