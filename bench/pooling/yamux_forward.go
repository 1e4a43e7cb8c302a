// A TCP port carried over one yamux session: what a Go program does that multiplexes.
//
//	yamux_forward entry LOCAL LINK
//	yamux_forward exit LINK TARGET
package main

import (
	"io"
	"log"
	"net"
	"os"

	"github.com/hashicorp/yamux"
)

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

type halfCloser interface{ CloseWrite() error }

func carry(a, b net.Conn) {
	done := make(chan bool, 2)
	way := func(to, from net.Conn) {
		io.Copy(to, from)
		if half, ok := to.(halfCloser); ok {
			half.CloseWrite()
		} else {
			to.Close()
		}
		done <- true
	}
	go way(a, b)
	go way(b, a)
	<-done
	<-done
	a.Close()
	b.Close()
}

func main() {
	config := yamux.DefaultConfig()
	config.AcceptBacklog = 8192
	config.LogOutput = io.Discard
	if os.Args[1] == "entry" {
		link, err := net.Dial("tcp", os.Args[3])
		must(err)
		session, err := yamux.Client(link, config)
		must(err)
		local, err := net.Listen("tcp", os.Args[2])
		must(err)
		for {
			connection, err := local.Accept()
			must(err)
			go func() {
				stream, err := session.Open()
				must(err)
				carry(connection, stream)
			}()
		}
	}
	listener, err := net.Listen("tcp", os.Args[2])
	must(err)
	link, err := listener.Accept()
	must(err)
	session, err := yamux.Server(link, config)
	must(err)
	for {
		stream, err := session.Accept()
		must(err)
		go func() {
			connection, err := net.Dial("tcp", os.Args[3])
			must(err)
			carry(stream, connection)
		}()
	}
}
