package main

import (
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// steady keeps answers whole. Once there is an answer the SDK closes the request's
// body (aws/smithy-go pull request 226), whose WriteTo then fails with io.EOF. Where
// a very quick server answers while net/http still looks whether the body is at its
// end, that drops the connection, with the rest of the answer. Read does not fail.
type steady struct{ aws.HTTPClient }

func newSteady(client aws.HTTPClient) steady {
	if client == nil {
		client = awshttp.NewBuildableClient()
	}
	return steady{client}
}

// Do leaves the request as it is.
func (s steady) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil && r.Body != http.NoBody {
		r = r.WithContext(r.Context())
		r.Body = struct{ io.ReadCloser }{r.Body} // without WriteTo
	}
	return s.HTTPClient.Do(r)
}
