package render

import "github.com/xuri/excelize/v2"

// style makes each style once.
func (b *book) style(l looks) (int, error) {
	if id, ok := b.styles[l]; ok {
		return id, nil
	}
	id, err := b.file.NewStyle(l.style())
	b.styles[l] = id
	return id, err
}

// asText is the format of cells that stay text when somebody edits them.
const asText = 49

func (l looks) style() *excelize.Style {
	s := &excelize.Style{
		NumFmt: asText, Alignment: &excelize.Alignment{Vertical: "top", WrapText: l != looksLine}, Font: &excelize.Font{Family: "Calibri", Size: 11},
	}
	paint := func(fill, font string) {
		s.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{fill}}
		s.Font.Color, s.Font.Bold = font, l == looksHead || l == looksCritical || l == looksAlarmed
	}
	moments, dates := "yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd"
	switch l {
	case looksHead:
		paint("1F3864", "FFFFFF")
	case looksBold:
		s.Font.Bold = true
	case looksNumber:
		s.NumFmt, s.Alignment.Horizontal = 1, "center"
	case looksFact:
		s.NumFmt, s.Alignment.Horizontal = 1, "left"
	case looksMoment:
		s.NumFmt, s.CustomNumFmt, s.Alignment.Horizontal = 0, &moments, "left"
	case looksDate:
		s.NumFmt, s.CustomNumFmt, s.Alignment.Horizontal = 0, &dates, "left"
	case looksAlarmed:
		paint("FFFFFF", "9C0006")
	case looksCritical:
		paint("9C0006", "FFFFFF")
	case looksHigh:
		paint("FFC7CE", "9C0006")
	case looksMedium:
		paint("FFEB9C", "5F3B00")
	case looksLow:
		paint("DDEBF7", "1F3864")
	case looksUnknown:
		paint("E4DFEC", "403152")
	case looksExcepted:
		paint("EDEDED", "404040")
	case looksPassed:
		paint("E2EFDA", "274E13")
	}
	return s
}
