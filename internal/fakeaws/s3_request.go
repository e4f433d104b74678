package fakeaws

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// s3Request is what a call to S3 says with method, URL, headers and body.
type s3Request struct {
	method, bucket, key string
	query               url.Values
	header              http.Header
	body                []byte      // without the framing of aws-chunked
	trailer             http.Header // what follows an aws-chunked body
	framing             *apiError   // what is wrong with an aws-chunked body
}

// maxBody is how much a call may send. S3 itself takes objects of 5 GB.
func maxBody(r *http.Request) int64 {
	if _, _, service := credentialScope(r); service == "s3" {
		return 256 << 20
	}
	return 4 << 20
}

// readS3 reads a request as S3 does: the operation is the method, the rest of
// the path and the sub-resources of the query.
func (q *request) readS3(r *http.Request) {
	s := &s3Request{method: r.Method, query: r.URL.Query(), header: r.Header, body: q.body}
	s.bucket, s.key = bucketAndKey(r.Host, r.URL.Path)
	s.query.Del("x-id") // the operation's name, for people who read logs
	if strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") {
		s.body, s.trailer, s.framing = unchunk(q.body, r.Header.Get("X-Amz-Decoded-Content-Length"))
	}
	q.s3, q.body = s, nil
	q.call.Op = s.op()
	q.call.Resource = strings.TrimSuffix(s.bucket+"/"+s.key, "/")
	q.call.Params = map[string]any{"Bucket": s.bucket, "Key": s.key}
	for name := range s.query {
		q.call.Params[name] = s.query.Get(name)
	}
	for name := range s.header {
		if strings.HasPrefix(name, "X-Amz-") || name == "If-None-Match" {
			q.call.Params[name] = s.header.Get(name)
		}
	}
}

// bucketAndKey takes the bucket from the host, as in bucket.s3.amazonaws.com and
// bucket.localhost, else from the path's first step.
func bucketAndKey(host, path string) (bucket, key string) {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	path = strings.TrimPrefix(path, "/")
	for _, mark := range []string{".s3.", ".s3-"} {
		if name, _, found := strings.Cut(host, mark); found {
			return name, path
		}
	}
	if name, found := strings.CutSuffix(host, ".localhost"); found {
		return name, path
	}
	bucket, key, _ = strings.Cut(path, "/")
	return bucket, key
}

// op names the operation. Sub-resources nobody asked for yet, such as ?tagging,
// make it one that does not exist here.
func (s *s3Request) op() string {
	subresources := len(s.query)
	if s.query.Has("versionId") {
		subresources--
	}
	switch {
	case s.bucket == "":
	case s.key == "" && s.method == http.MethodGet && s.query.Get("list-type") == "2":
		return "ListObjectsV2"
	case s.key == "" || subresources > 0:
	case s.method == http.MethodPut && s.header.Get("X-Amz-Copy-Source") == "" && !s.query.Has("versionId"):
		return "PutObject"
	case s.method == http.MethodGet:
		return "GetObject"
	case s.method == http.MethodHead:
		return "HeadObject"
	case s.method == http.MethodDelete:
		return "DeleteObject"
	}
	return "NotImplemented"
}

// notImplemented is S3's answer to what this one does not know either.
func (c *Cloud) notImplemented(*request) (any, *apiError) { return nil, errNotImplemented() }

func errNotImplemented() *apiError {
	return fail("NotImplemented", "A header you provided implies functionality that is not implemented")
}

// unchunk takes an aws-chunked body apart: chunks with their length in
// hexadecimal before them, an empty one, and trailers. Signatures of chunks are
// not verified, as no signature is.
func unchunk(raw []byte, wantLength string) (body []byte, trailer http.Header, problem *apiError) {
	incomplete := fail("IncompleteBody", "The request body terminated unexpectedly")
	for {
		line, rest, found := bytes.Cut(raw, []byte("\r\n"))
		size, _, _ := strings.Cut(string(line), ";")
		n, err := strconv.ParseUint(size, 16, 32)
		if !found || err != nil || n > uint64(len(rest)) {
			return nil, nil, incomplete
		}
		if raw = rest; n == 0 {
			break
		}
		body = append(body, raw[:n]...)
		if raw, found = bytes.CutPrefix(raw[n:], []byte("\r\n")); !found {
			return nil, nil, incomplete
		}
	}
	if wantLength != strconv.Itoa(len(body)) {
		return nil, nil, incomplete
	}
	trailer = http.Header{}
	for {
		line, rest, found := bytes.Cut(raw, []byte("\r\n"))
		if !found {
			return nil, nil, incomplete
		}
		if len(line) == 0 {
			return body, trailer, nil
		}
		name, value, found := strings.Cut(string(line), ":")
		if !found {
			return nil, nil, fail("MalformedTrailerError", fmt.Sprintf("The request contained trailing data that was not well-formed: %q", line))
		}
		trailer.Set(name, strings.TrimSpace(value))
		raw = rest
	}
}
