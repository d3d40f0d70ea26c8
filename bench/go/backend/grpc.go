package main

import (
	"encoding/binary"
	"io"
	"net"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

const windowGrant = 1 << 30

// grpcConn is one HTTP/2 connection. What a read brought is answered in one write.
type grpcConn struct {
	conn    net.Conn
	answers map[string]*answer
	decoder *hpack.Decoder
	path    string
	// Called, and not yet half-closed.
	open map[uint32]*answer
	// Answered in part, in order: the windows were full.
	blocked []*pending
	// What the peer takes.
	window        int
	initialWindow int
	// By stream, as far as it differs from initialWindow: WINDOW_UPDATEs that came before the answer.
	granted  map[uint32]int
	consumed int
	out      []byte
}

type pending struct {
	id     uint32
	answer *answer
	next   int
	window int
}

func newGrpcConn(conn net.Conn, answers map[string]*answer) *grpcConn {
	c := &grpcConn{
		conn:          conn,
		answers:       answers,
		open:          map[uint32]*answer{},
		granted:       map[uint32]int{},
		window:        65535,
		initialWindow: 65535,
	}
	c.decoder = hpack.NewDecoder(4096, func(f hpack.HeaderField) {
		if f.Name == ":path" {
			c.path = f.Value
		}
	})
	return c
}

func (c *grpcConn) run() {
	defer c.conn.Close()
	// INITIAL_WINDOW_SIZE (4) and MAX_CONCURRENT_STREAMS (3), then the same room for the connection.
	settings := []byte{0, 4, 0, 16, 0, 0, 0, 3, 0, 0, 16, 0}
	c.out = append(c.out, frame(typeSettings, 0, settings)...)
	c.grantWindow(windowGrant)
	buffer := make([]byte, 256<<10)
	filled, greeted := 0, false
	for {
		n, err := c.conn.Read(buffer[filled:])
		if err != nil {
			return
		}
		filled += n
		at := 0
		if !greeted {
			if filled < len(http2.ClientPreface) {
				continue
			}
			greeted, at = true, len(http2.ClientPreface)
		}
		for filled-at >= frameHead {
			size := int(buffer[at])<<16 | int(buffer[at+1])<<8 | int(buffer[at+2])
			if filled-at < frameHead+size {
				break
			}
			id := binary.BigEndian.Uint32(buffer[at+5:]) & 0x7fffffff
			if c.read(buffer[at+3], buffer[at+4], id, buffer[at+frameHead:at+frameHead+size]) != nil {
				return
			}
			at += frameHead + size
		}
		filled = copy(buffer, buffer[at:filled])
		if len(c.out) > 0 {
			if _, err := c.conn.Write(c.out); err != nil {
				return
			}
			c.out = c.out[:0]
		}
	}
}

func (c *grpcConn) read(kind, flags byte, id uint32, payload []byte) error {
	switch kind {
	case typeHeaders:
		if flags&padded != 0 {
			payload = payload[1 : len(payload)-int(payload[0])]
		}
		if flags&priority != 0 {
			payload = payload[5:]
		}
		c.path = ""
		if flags&endHeaders == 0 {
			return io.ErrUnexpectedEOF
		}
		if _, err := c.decoder.Write(payload); err != nil {
			return err
		}
		if err := c.decoder.Close(); err != nil {
			return err
		}
		found := c.answers[c.path]
		if found == nil {
			found = c.answers["*"]
		}
		if flags&endStream != 0 {
			c.answer(id, found)
		} else {
			c.open[id] = found
		}
	case typeData:
		c.consumed += len(payload)
		if c.consumed > windowGrant/4 {
			c.grantWindow(uint32(c.consumed))
			c.consumed = 0
		}
		if found := c.open[id]; found != nil && flags&endStream != 0 {
			delete(c.open, id)
			c.answer(id, found)
		}
	case typeReset:
		delete(c.open, id)
		delete(c.granted, id)
		for i, p := range c.blocked {
			if p.id == id {
				c.blocked = append(c.blocked[:i], c.blocked[i+1:]...)
				break
			}
		}
	case typeSettings:
		if flags&ack != 0 {
			return nil
		}
		for ; len(payload) >= 6; payload = payload[6:] {
			value := int(binary.BigEndian.Uint32(payload[2:]))
			if binary.BigEndian.Uint16(payload) == 4 {
				for _, p := range c.blocked {
					p.window += value - c.initialWindow
				}
				c.initialWindow = value
			}
		}
		c.out = append(c.out, frame(typeSettings, ack, nil)...)
		c.resume()
	case typePing:
		if flags&ack == 0 {
			c.out = append(c.out, frame(typePing, ack, payload)...)
		}
	case typeWindow:
		c.enlarge(id, int(binary.BigEndian.Uint32(payload)&0x7fffffff))
		c.resume()
	case typeContinue:
		return io.ErrUnexpectedEOF
	}
	return nil
}

func (c *grpcConn) answer(id uint32, a *answer) {
	window := c.initialWindow
	if len(c.granted) > 0 {
		window += c.granted[id]
		delete(c.granted, id)
	}
	if a.size <= window && a.size <= c.window {
		c.window -= a.size
		at := len(c.out)
		c.out = append(c.out, a.whole...)
		for _, start := range a.starts {
			binary.BigEndian.PutUint32(c.out[at+start+5:], id)
		}
		return
	}
	c.out = emit(c.out, a.head, id)
	c.blocked = append(c.blocked, &pending{id: id, answer: a, window: window})
	c.resume()
}

// resume writes what the windows have room for, a frame of each answer in turn.
func (c *grpcConn) resume() {
	for moved := true; moved && len(c.blocked) > 0; {
		moved = false
		rest := c.blocked[:0]
		for _, p := range c.blocked {
			data := p.answer.data[p.next]
			size := len(data) - frameHead
			if size <= p.window && size <= c.window {
				p.window -= size
				c.window -= size
				c.out = emit(c.out, data, p.id)
				p.next++
				moved = true
			}
			if p.next == len(p.answer.data) {
				c.out = emit(c.out, p.answer.trailers, p.id)
			} else {
				rest = append(rest, p)
			}
		}
		c.blocked = rest
	}
}

func (c *grpcConn) enlarge(id uint32, by int) {
	if id == 0 {
		c.window += by
		return
	}
	for _, p := range c.blocked {
		if p.id == id {
			p.window += by
			return
		}
	}
	// Of an answer to come, or of one that has gone out.
	if c.open[id] != nil {
		c.granted[id] += by
	}
}

func (c *grpcConn) grantWindow(by uint32) {
	c.out = append(c.out, frame(typeWindow, 0, binary.BigEndian.AppendUint32(nil, by))...)
}
