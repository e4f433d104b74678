package report

import (
	"errors"

	"github.com/aws/smithy-go"
)

// code is the error code of an AWS answer, "" for any other error and for nil.
func code(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode()
	}
	return ""
}

// denied tells an answer that only another policy can change.
func denied(err error) bool {
	switch code(err) {
	case "AccessDenied", "AccessDeniedException":
		return true
	}
	return false
}

// missing tells an answer that what was asked for does not exist.
func missing(err error) bool { return code(err) == "NoSuchEntity" }

// waits tells the answers that mean "not yet". The codes are IAM's; their
// messages say nothing (seen live: "Unknown").
func waits(err error) bool {
	switch code(err) {
	case "ReportNotPresent", "ReportInProgress", "ReportExpired", "LimitExceeded",
		"ServiceFailure", "ServiceUnavailable", "InternalFailure", "Throttling", "ThrottlingException":
		return true
	}
	return false
}

// remedy says what to do about a failed call that needs the given permission.
func remedy(err error, permission string) string {
	if denied(err) {
		return "grant " + permission
	}
	switch code(err) {
	case "InvalidClientTokenId", "SignatureDoesNotMatch", "ExpiredToken", "UnrecognizedClientException":
		return "check the AWS credentials of this run"
	case "":
		return "check the AWS credentials and the network of this run"
	}
	return "run again later"
}
