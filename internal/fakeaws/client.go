package fakeaws

import (
	"bytes"
	"errors"
	"io"
	"net/http"
)

// Client reaches the cloud without sockets, of which thousands of runs would use
// all, and without a race of theirs: once there is an answer the SDK closes a
// request's body, and net/http, should it still be at its end, drops the connection
// with the rest of the answer. Any endpoint will do, such as http://aws.test.
func (c *Cloud) Client() *http.Client { return &http.Client{Transport: direct{c}} }

type direct struct{ handler http.Handler }

// RoundTrip answers a request. One that is cut short ends as a lost connection.
func (d direct) RoundTrip(r *http.Request) (response *http.Response, err error) {
	r = r.Clone(r.Context())
	if r.Body == nil {
		r.Body = http.NoBody
	}
	defer r.Body.Close()
	defer func() {
		if cause := recover(); cause != nil {
			if aborted, ok := cause.(error); !ok || !errors.Is(aborted, http.ErrAbortHandler) {
				panic(cause)
			}
			response, err = nil, io.ErrUnexpectedEOF
		}
	}()
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	a := written{header: http.Header{}}
	d.handler.ServeHTTP(&a, r)
	a.WriteHeader(http.StatusOK)
	return &http.Response{
		Status: http.StatusText(a.status), StatusCode: a.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: a.sent, Body: io.NopCloser(&a.body), ContentLength: int64(a.body.Len()), Request: r,
	}, nil
}

// written is what a handler writes.
type written struct {
	header, sent http.Header
	status       int
	body         bytes.Buffer
}

func (a *written) Header() http.Header { return a.header }

// WriteHeader counts the first time, as on a connection.
func (a *written) WriteHeader(status int) {
	if a.status == 0 {
		a.status, a.sent = status, a.header.Clone()
	}
}

func (a *written) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(b)
}
