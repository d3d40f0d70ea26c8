package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
)

const (
	frameHead    = 9
	dataMax      = 16384
	typeData     = 0
	typeHeaders  = 1
	typeReset    = 3
	typeSettings = 4
	typePing     = 6
	typeWindow   = 8
	typeContinue = 9
	endStream    = 1
	ack          = 1
	endHeaders   = 4
	padded       = 8
	priority     = 0x20
)

// answer is a response as frames whose stream id is still missing.
type answer struct {
	// Leading headers, or all there is (trailers-only).
	head []byte
	// One DATA frame per message, more for a large one.
	data     [][]byte
	trailers []byte
	// One buffer of everything, for answers within any window.
	whole []byte
	// Where frames begin in it.
	starts []int
	// What it takes of windows.
	size int
}

func newAnswer(given GrpcAnswer) *answer {
	status := field("grpc-status", fmt.Sprint(given.Status))
	if given.Message != "" {
		status = append(status, field("grpc-message", given.Message)...)
	}
	if len(given.Details) > 0 {
		status = append(status, field("grpc-status-details-bin", base64.RawStdEncoding.EncodeToString(given.Details))...)
	}
	// 0x88 is ":status: 200" of HPACK's static table.
	leading := append([]byte{0x88}, field("content-type", "application/grpc")...)
	if len(given.Messages) == 0 {
		a := &answer{head: frame(typeHeaders, endHeaders|endStream, append(leading, status...))}
		a.join()
		return a
	}
	a := &answer{head: frame(typeHeaders, endHeaders, leading)}
	for _, message := range given.Messages {
		rest := binary.BigEndian.AppendUint32([]byte{0}, uint32(len(message)))
		rest = append(rest, message...)
		for len(rest) > 0 {
			n := min(len(rest), dataMax)
			a.data = append(a.data, frame(typeData, 0, rest[:n]))
			a.size += n
			rest = rest[n:]
		}
	}
	a.trailers = frame(typeHeaders, endHeaders|endStream, status)
	a.join()
	return a
}

func (a *answer) join() {
	for _, f := range append(append([][]byte{a.head}, a.data...), a.trailers) {
		if len(f) > 0 {
			a.starts = append(a.starts, len(a.whole))
			a.whole = append(a.whole, f...)
		}
	}
}

func frame(kind, flags byte, payload []byte) []byte {
	n := len(payload)
	return append([]byte{byte(n >> 16), byte(n >> 8), byte(n), kind, flags, 0, 0, 0, 0}, payload...)
}

// field is a literal header field that no table remembers (RFC 7541 §6.2.2), without Huffman coding.
func field(name, value string) []byte {
	out := append([]byte{0}, length(len(name))...)
	out = append(out, name...)
	out = append(out, length(len(value))...)
	return append(out, value...)
}

// length is an integer with a prefix of seven bits (RFC 7541 §5.1).
func length(n int) []byte {
	if n < 127 {
		return []byte{byte(n)}
	}
	out := []byte{127}
	for n -= 127; n >= 128; n >>= 7 {
		out = append(out, byte(n)|0x80)
	}
	return append(out, byte(n))
}

// emit appends frames, addressed to a stream.
func emit(out, frames []byte, id uint32) []byte {
	at := len(out)
	out = append(out, frames...)
	binary.BigEndian.PutUint32(out[at+5:], id)
	return out
}
