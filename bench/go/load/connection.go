package main

import (
	"bufio"
	"bytes"
	"fmt"
	"log"
	"net"
	"strconv"
	"time"
)

type connection struct {
	conn    net.Conn
	reader  *bufio.Reader
	request []byte
	status  string
	// When the request under way was due.
	due       time.Time
	sent      chan struct{}
	latencies []time.Duration
}

func dial(address string, request []byte, status string) (*connection, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	return &connection{
		conn:    conn,
		reader:  bufio.NewReaderSize(conn, 64<<10),
		request: request,
		status:  status,
		sent:    make(chan struct{}, 1),
	}, nil
}

func (c *connection) send(due time.Time) {
	c.due = due
	if _, err := c.conn.Write(c.request); err != nil {
		log.Fatal(err)
	}
}

func (c *connection) receive() {
	if err := c.skipResponse(); err != nil {
		log.Fatal(err)
	}
	c.latencies = append(c.latencies, time.Since(c.due))
}

// skipResponse reads one response to its end; only its status matters.
func (c *connection) skipResponse() error {
	line, err := c.line()
	if err != nil {
		return err
	}
	if len(line) < 12 || string(line[9:12]) != c.status {
		return fmt.Errorf("answered with %q", line)
	}
	length, chunked := 0, false
	for {
		if line, err = c.line(); err != nil {
			return err
		}
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		switch {
		case bytes.EqualFold(name, []byte("content-length")):
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return err
			}
		case bytes.EqualFold(name, []byte("transfer-encoding")):
			chunked = true
		}
	}
	if !chunked {
		_, err = c.reader.Discard(length)
		return err
	}
	for {
		if line, err = c.line(); err != nil {
			return err
		}
		size, err := strconv.ParseUint(string(line), 16, 31)
		if err != nil {
			return err
		}
		if size == 0 {
			return c.skipTrailers()
		}
		if _, err = c.reader.Discard(int(size) + 2); err != nil {
			return err
		}
	}
}

func (c *connection) skipTrailers() error {
	for {
		line, err := c.line()
		if err != nil || len(line) == 0 {
			return err
		}
	}
}

func (c *connection) line() ([]byte, error) {
	line, err := c.reader.ReadSlice('\n')
	return bytes.TrimRight(line, "\r\n"), err
}
