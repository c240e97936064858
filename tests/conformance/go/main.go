// Copyright: (c) 2026, fleetops.iis contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Runs one command by masterzen/winrm and prints what came of it as JSON:
// main HOST PORT HTTPS(true|false) AUTH(basic|ntlm) USER PASSWORD COMMAND
package main

import (
	"encoding/json"
	"os"
	"strconv"
	"time"

	"github.com/masterzen/winrm"
)

type outcome struct {
	Code                  int
	Stdout, Stderr, Error string
}

func run(host string, port int, https bool, auth, user, password, command string) outcome {
	endpoint := winrm.NewEndpoint(host, port, https, true, nil, nil, nil, 20*time.Second)
	parameters := winrm.NewParameters("PT20S", "en-US", 153600)
	if auth == "ntlm" {
		parameters.TransportDecorator = func() winrm.Transporter { return &winrm.ClientNTLM{} }
	}
	client, err := winrm.NewClientWithParameters(endpoint, user, password, parameters)
	if err != nil {
		return outcome{Error: err.Error()}
	}
	stdout, stderr, code, err := client.RunWithString(command, "")
	if err != nil {
		return outcome{Error: err.Error()}
	}
	return outcome{Code: code, Stdout: stdout, Stderr: stderr}
}

func main() {
	words := os.Args
	if len(words) != 8 {
		os.Exit(2)
	}
	port, err := strconv.Atoi(words[2])
	if err != nil {
		os.Exit(2)
	}
	answer := run(words[1], port, words[3] == "true", words[4], words[5], words[6], words[7])
	if json.NewEncoder(os.Stdout).Encode(answer) != nil {
		os.Exit(1)
	}
}
