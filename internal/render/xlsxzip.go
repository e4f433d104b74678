package render

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"maps"
	"slices"
	"time"

	"github.com/xuri/excelize/v2"
)

// write writes the finished workbook, the same bytes for the same content. The
// library hands its files over in the order of a map and without a time.
func (b *book) write(out *bytes.Buffer, made time.Time) error {
	if made.Year() < 1980 { // archives know no earlier time
		made = time.Date(1980, time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	b.file.SetZipWriter(func(w io.Writer) excelize.ZipWriter {
		return &sortedZip{to: zip.NewWriter(w), files: map[string]*bytes.Buffer{}, made: made}
	})
	return b.file.Write(out)
}

// sortedZip keeps files until it is closed, and then writes them in order, all as
// of one time.
type sortedZip struct {
	to    *zip.Writer
	files map[string]*bytes.Buffer
	made  time.Time
}

// Create starts a file.
func (z *sortedZip) Create(name string) (io.Writer, error) {
	z.files[name] = &bytes.Buffer{}
	return z.files[name], nil
}

// AddFS is not needed.
func (z *sortedZip) AddFS(fs.FS) error { return errors.ErrUnsupported }

// Close writes the archive. The list of content types comes first, by which
// programs recognise the kind of file.
func (z *sortedZip) Close() error {
	const types = "[Content_Types].xml"
	names := slices.Sorted(maps.Keys(z.files))
	if i := slices.Index(names, types); i > 0 {
		names = slices.Insert(slices.Delete(names, i, i+1), 0, types)
	}
	for _, name := range names {
		w, err := z.to.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: z.made})
		if err != nil {
			return err
		}
		if _, err := z.files[name].WriteTo(w); err != nil {
			return err
		}
	}
	return z.to.Close()
}
