package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// early is a server that answers, so that the SDK closes the body, before net/http
// has looked whether there is more of it.
type early struct{ closed func() error }

func (e early) Do(r *http.Request) (*http.Response, error) {
	if _, err := io.CopyN(io.Discard, r.Body, r.ContentLength); err != nil {
		return nil, err
	}
	if err := e.closed(); err != nil {
		return nil, err
	}
	_, err := io.Copy(io.Discard, r.Body)
	return &http.Response{}, err
}

// TestAnEarlyAnswerDropsNoConnection also tells when the SDK needs no help any more.
func TestAnEarlyAnswerDropsNoConnection(t *testing.T) {
	request := func() *http.Request {
		stream, err := smithyhttp.NewStackRequest().(*smithyhttp.Request).SetStream(strings.NewReader("Action=ListUsers"))
		if err != nil {
			t.Fatal(err)
		}
		stream.ContentLength = 16
		return stream.Build(context.Background())
	}
	plain := request()
	if _, err := (early{plain.Body.Close}).Do(plain); !errors.Is(err, io.EOF) { //nolint:bodyclose // no answer has one
		t.Errorf("the SDK's own body ends with %v: take steady out", err)
	}
	r := request()
	if _, err := newSteady(early{r.Body.Close}).Do(r); err != nil { //nolint:bodyclose // no answer has one
		t.Errorf("the connection is dropped: %v", err)
	}
}
