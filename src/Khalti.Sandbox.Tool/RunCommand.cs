using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Khalti.Sandbox.Tool;

/// <summary>
/// Runs a command with Khalti's hosts led to a sandbox of its own and the sandbox's authority trusted, without a change to the machine.
/// On Linux in a mount namespace with its own <c>/etc/hosts</c> and bundle of certificates; elsewhere by environment variables.
/// </summary>
internal static class RunCommand
{
    private const int AddressTries = 20;

    internal static Command Define()
    {
        Argument<string[]> command = new("command")
        {
            Description = "The command and its arguments, after --.",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string> seed = new("--seed") { Description = "A seed file, or clients-2022." };
        Option<string> folder = new("--certificate-folder") { Description = "Where the certificate authority is kept." };
        Option<bool> proxy = new("--proxy") { Description = "Use HTTPS_PROXY and no namespace, as on other systems than Linux." };
        Command run = new("run", "Run a command for which khalti.com is the sandbox: khalti-sandbox run -- php artisan test")
        {
            command, seed, folder, proxy,
        };
        run.SetAction((given, cancellationToken) => Commands.ReportAsync(() => RunAsync(
            given.GetRequiredValue(command),
            new SandboxOptions
            {
                Url = "http://127.0.0.1:0",
                ConnectionString = "Data Source=:memory:",
                Seed = given.GetValue(seed),
                CertificateFolder = given.GetValue(folder),
            },
            given.GetValue(proxy), cancellationToken)));
        return run;
    }

    private static async Task<int> RunAsync(string[] command, SandboxOptions options, bool proxyWanted, CancellationToken cancellationToken)
    {
        string? reason = proxyWanted ? "--proxy was given" : await MountNamespace.ReasonAgainstAsync() ?? ReasonAgainstPort443();
        options.HttpsUrl = reason is null ? $"https://{FreeAddress()}:443" : "https://127.0.0.1:0";
        await using SandboxHost sandbox = await SandboxHost.StartAsync(options, TimeProvider.System, loggers: null, cancellationToken);
        DirectoryInfo files = Directory.CreateTempSubdirectory("khalti-sandbox-");
        try
        {
            TrustBundle trust = TrustBundle.Write(
                files.FullName, CertificateAuthority.Open(options.CertificateFolder, TimeProvider.System));
            Dictionary<string, string> environment = new(trust.Variables(), StringComparer.Ordinal)
            {
                ["KHALTI_SANDBOX_URL"] = sandbox.Address.GetLeftPart(UriPartial.Authority),
            };
            if (reason is null)
            {
                return await RunAsync(MountNamespace.Wrap(command, sandbox.HttpsAddress!.Host, trust), environment);
            }

            await using ConnectProxy proxy = new(sandbox.HttpsAddress!);
            foreach (string name in (string[])["HTTPS_PROXY", "https_proxy"])
            {
                environment[name] = proxy.Address.GetLeftPart(UriPartial.Authority);
            }

            environment["NODE_USE_ENV_PROXY"] = "1"; // Node 24 and later
            await Console.Error.WriteLineAsync(
                $"khalti-sandbox: HTTPS_PROXY leads to the sandbox ({reason}). Programs that ignore this variable reach the real Khalti: "
                + "Java, Ruby's Net::HTTP, Node's fetch before version 24, PHP's streams (file_get_contents).");
            return await RunAsync(command, environment);
        }
        finally
        {
            files.Delete(recursive: true);
        }
    }

    private static async Task<int> RunAsync(IReadOnlyList<string> command, Dictionary<string, string> environment)
    {
        ProcessStartInfo start = new(command[0], command.Skip(1)) { UseShellExecute = false };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new InvalidOperationException($"{command[0]} can't be run: {missing.Message}", missing);
        }

        using (process)
        {
            // A terminal sends Ctrl+C to the command as well; a request to end goes to this program alone.
            using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
            using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
            {
                signal.Cancel = true;
                Terminate(process);
            });
            await process.WaitForExitAsync();
            return process.ExitCode;
        }
    }

    private static void Terminate(Process process)
    {
        if (OperatingSystem.IsWindows())
        {
            process.Kill(entireProcessTree: true);
            return;
        }

        using Process? kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
    }

    private static string? ReasonAgainstPort443()
    {
        try
        {
            using TcpListener listener = new(IPAddress.Parse(FreeAddress()), 443);
            listener.Start();
            return null;
        }
        catch (SocketException refused)
        {
            return refused.SocketErrorCode == SocketError.AccessDenied
                ? "listening on port 443 needs a right: as root, sysctl -w net.ipv4.ip_unprivileged_port_start=443"
                : $"port 443 of this machine can't be listened on, {refused.SocketErrorCode}";
        }
    }

    /// <summary>An address of this machine that nothing else uses: several runs and a web server can be side by side.</summary>
    private static string FreeAddress()
    {
        for (int tries = 1; ; tries++)
        {
            string address = string.Create(
                CultureInfo.InvariantCulture, $"127.75.{RandomNumberGenerator.GetInt32(1, 255)}.{RandomNumberGenerator.GetInt32(1, 255)}");
            try
            {
                using TcpListener listener = new(IPAddress.Parse(address), 443);
                listener.Start();
                return address;
            }
            catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse && tries < AddressTries)
            {
                // Another run has it, or a server listens on all addresses.
            }
        }
    }
}
