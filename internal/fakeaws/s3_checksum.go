package fakeaws

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"net/http"
	"strings"
)

// newChecksum makes the hash of a x-amz-checksum- header, nil for one that is
// not known here.
func newChecksum(algorithm string) hash.Hash {
	switch strings.ToUpper(algorithm) {
	case "SHA256":
		return sha256.New()
	case "SHA1":
		return sha1.New()
	case "SHA512":
		return sha512.New()
	case "MD5":
		return md5.New()
	case "CRC32":
		return crc32.NewIEEE()
	case "CRC32C":
		return crc32.New(crc32.MakeTable(crc32.Castagnoli))
	case "CRC64NVME":
		return crc64.New(crc64.MakeTable(0x9a6c9329ac4bc9b5))
	}
	return nil
}

func sum(h hash.Hash, body []byte) []byte {
	h.Write(body)
	return h.Sum(nil)
}

// verifyBody compares an upload with everything its headers and trailers say
// about it. It returns the checksum to keep with the object, in the header that
// GetObject answers it with; without one that is empty.
func (s *s3Request) verifyBody() (kept http.Header, problem *apiError) {
	if s.framing != nil {
		return nil, s.framing
	}
	switch claim := s.header.Get("X-Amz-Content-Sha256"); {
	case claim == "":
		return nil, fail("InvalidRequest", "Missing required header for this request: x-amz-content-sha256")
	case claim != "UNSIGNED-PAYLOAD" && !strings.HasPrefix(claim, "STREAMING-") && claim != hex.EncodeToString(sum(sha256.New(), s.body)):
		return nil, fail("XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.")
	}
	if claim := s.header.Get("Content-Md5"); claim != "" {
		switch digest, err := base64.StdEncoding.DecodeString(claim); {
		case err != nil || len(digest) != md5.Size:
			return nil, fail("InvalidDigest", "The Content-MD5 you specified was invalid.")
		case string(digest) != string(sum(md5.New(), s.body)):
			return nil, fail("BadDigest", "The Content-MD5 you specified did not match what we received.")
		}
	}
	return s.verifyChecksum()
}

// verifyChecksum checks x-amz-checksum-, of which a request may have one, in a
// header or in the trailer that x-amz-trailer announces.
func (s *s3Request) verifyChecksum() (kept http.Header, problem *apiError) {
	claims := map[string]string{}
	for _, from := range []http.Header{s.header, s.trailer} {
		for name := range from {
			if algorithm, found := strings.CutPrefix(strings.ToUpper(name), "X-AMZ-CHECKSUM-"); found {
				claims[algorithm] = from.Get(name)
			}
		}
	}
	announced := s.header.Get("X-Amz-Trailer")
	if announced != "" && s.trailer.Get(announced) == "" {
		return nil, fail("MalformedTrailerError", "The request contained trailing data that was not well-formed or did not conform to our published schema.")
	}
	asked := s.header.Get("X-Amz-Sdk-Checksum-Algorithm")
	switch {
	case len(claims) > 1:
		return nil, fail("InvalidRequest", "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
	case len(claims) == 0 && asked != "":
		return nil, fail("InvalidRequest", "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.")
	}
	kept = http.Header{}
	for algorithm, claim := range claims {
		header := "x-amz-checksum-" + strings.ToLower(algorithm)
		h := newChecksum(algorithm)
		if h == nil {
			return nil, errNotImplemented()
		}
		if digest, err := base64.StdEncoding.DecodeString(claim); err != nil || len(digest) != h.Size() {
			return nil, fail("InvalidRequest", "Value for "+header+" header is invalid.")
		}
		if asked != "" && !strings.EqualFold(asked, algorithm) {
			return nil, fail("InvalidRequest", "Value for x-amz-sdk-checksum-algorithm header is invalid.")
		}
		if claim != base64.StdEncoding.EncodeToString(sum(h, s.body)) {
			return nil, fail("BadDigest", "The "+algorithm+" you specified did not match the calculated checksum.")
		}
		kept.Set(header, claim)
	}
	return kept, nil
}
