package main

import (
	"bytes"
	"net"
	"strconv"
)

var (
	headEnd       = []byte("\r\n\r\n")
	contentLength = []byte("\r\nContent-Length: ")
)

// serveHTTP reads the one kind of request that the load generator writes.
func serveHTTP(conn net.Conn, answers map[string][]byte) {
	defer conn.Close()
	buffer := make([]byte, 64<<10)
	filled := 0
	for {
		n, err := conn.Read(buffer[filled:])
		if err != nil {
			return
		}
		filled += n
		for {
			head := bytes.Index(buffer[:filled], headEnd)
			if head < 0 {
				break
			}
			end := head + len(headEnd)
			if at := bytes.Index(buffer[:head], contentLength); at >= 0 {
				value := buffer[at+len(contentLength) : head]
				if line := bytes.IndexByte(value, '\r'); line >= 0 {
					value = value[:line]
				}
				size, _ := strconv.Atoi(string(value))
				end += size
			}
			if filled < end {
				break
			}
			target := bytes.Fields(buffer[:head])[1]
			if _, err := conn.Write(answers[string(target)]); err != nil {
				return
			}
			filled = copy(buffer, buffer[end:filled])
		}
	}
}
