# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
<#
.SYNOPSIS
Makes a test host of a Windows Server 2016 or later: IIS with both of its WMI providers, FTP and SMTP, WinRM with NTLM, an administrator.

.DESCRIPTION
Run it in an elevated Windows PowerShell 5.1 (not pwsh). It can run again at any time. What it changes it notes in
State, and -Undo takes back what is noted there. Nobody has run it yet: see docs/real_hosts.md.

The account's password is taken from the environment variable IIS_TEST_PASSWORD.
#>
[CmdletBinding()]
param(
    [string] $User = 'fleet',
    [string] $State = (Join-Path -Path $env:ProgramData -ChildPath 'fleetops.iis-test.json'),
    [switch] $Undo
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$wanted = @(
    'Web-Server', 'Web-Metabase', 'Web-WMI', 'Web-Lgcy-Scripting', 'Web-Scripting-Tools', 'Web-Ftp-Server',
    'SMTP-Server'
)
$policies = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System'
$filter = 'LocalAccountTokenFilterPolicy'
$basic = 'WSMan:\localhost\Service\Auth\Basic'
$unencrypted = 'WSMan:\localhost\Service\AllowUnencrypted'

function Save-State {
    param([hashtable] $Value)
    ConvertTo-Json -InputObject $Value | Set-Content -Path $State -Encoding UTF8
}

if ($Undo) {
    if (-not (Test-Path -Path $State)) {
        Write-Output 'Nothing is noted that could be taken back.'
        exit 0
    }
    $noted = Get-Content -Path $State -Raw | ConvertFrom-Json
    Set-Item -Path $basic -Value $noted.Basic -Force
    Set-Item -Path $unencrypted -Value $noted.Unencrypted -Force
    if ($noted.Filter -eq '') {
        Remove-ItemProperty -Path $policies -Name $filter -ErrorAction SilentlyContinue
    }
    else {
        Set-ItemProperty -Path $policies -Name $filter -Value ([int] $noted.Filter)
    }
    if ($noted.MadeUser -and (Get-LocalUser -Name $User -ErrorAction SilentlyContinue)) {
        Remove-LocalUser -Name $User
    }
    $features = @($noted.Features)
    if ($features.Count -gt 0) {
        Uninstall-WindowsFeature -Name $features | Out-Null
    }
    Remove-Item -Path $State
    Write-Output 'Taken back. WinRM itself, the network profile and the firewall rule stay as they are.'
    exit 0
}

if ([string]::IsNullOrEmpty($env:IIS_TEST_PASSWORD)) {
    throw 'Set IIS_TEST_PASSWORD to the password that the account is to have.'
}

# WinRM first: a Public network makes it refuse (0x80338169).
Get-NetConnectionProfile | Where-Object -Property NetworkCategory -EQ -Value 'Public' |
    Set-NetConnectionProfile -NetworkCategory Private
Enable-PSRemoting -Force -SkipNetworkProfileCheck | Out-Null

# What was there is noted once, before anything of it changes.
if (-not (Test-Path -Path $State)) {
    $before = Get-ItemProperty -Path $policies
    $value = ''
    if ($before.PSObject.Properties.Name -contains $filter) {
        $value = [string] $before.$filter
    }
    $missing = @(Get-WindowsFeature -Name $wanted | Where-Object -FilterScript { -not $_.Installed })
    Save-State -Value @{
        Basic       = [string] (Get-Item -Path $basic).Value
        Unencrypted = [string] (Get-Item -Path $unencrypted).Value
        Filter      = $value
        MadeUser    = ($null -eq (Get-LocalUser -Name $User -ErrorAction SilentlyContinue))
        Features    = @($missing | ForEach-Object -Process { $_.Name })
    }
}

# Windows Server 2025 has no SMTP-Server: what isn't there is left out.
$there = @(Get-WindowsFeature -Name $wanted | ForEach-Object -Process { $_.Name })
foreach ($name in $wanted) {
    if ($there -notcontains $name) {
        Write-Output "This Windows has no feature ${name}: left out."
    }
}
Install-WindowsFeature -Name $there | Out-Null
Start-Service -Name 'IISADMIN', 'W3SVC'

$password = ConvertTo-SecureString -String $env:IIS_TEST_PASSWORD -AsPlainText -Force
if (Get-LocalUser -Name $User -ErrorAction SilentlyContinue) {
    Set-LocalUser -Name $User -Password $password
}
else {
    New-LocalUser -Name $User -Password $password -Description 'Tests of fleetops.iis' | Out-Null
}
$administrators = Get-LocalGroup -SID 'S-1-5-32-544'
$members = @(Get-LocalGroupMember -Group $administrators | ForEach-Object -Process { $_.Name })
if ($members -notcontains "$env:COMPUTERNAME\$User") {
    Add-LocalGroupMember -Group $administrators -Member $User
}

# NTLM with encrypted messages only. Administrators keep their rights when they come by the network.
Set-Item -Path $basic -Value 'false' -Force
Set-Item -Path $unencrypted -Value 'false' -Force
New-ItemProperty -Path $policies -Name $filter -Value 1 -PropertyType DWord -Force | Out-Null
Restart-Service -Name 'WinRM'

# The first call after the set-up may fail for no reason: five tries.
for ($try = 1; $try -le 5; $try++) {
    try {
        Test-WSMan -ComputerName '127.0.0.1' | Out-Null
        break
    }
    catch {
        if ($try -eq 5) {
            throw
        }
        Start-Sleep -Seconds 5
    }
}
Write-Output "Ready: user $User, port 5985, NTLM."
