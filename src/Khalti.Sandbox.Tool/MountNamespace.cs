using System.Diagnostics;

namespace Khalti.Sandbox.Tool;

/// <summary>
/// A mount namespace for one command, made by <c>unshare</c> of util-linux: <c>/etc/hosts</c> and the system's bundles of certificates
/// are other files there, and everything else is as outside. Needs no rights where user namespaces are allowed.
/// </summary>
internal static class MountNamespace
{
    /// <summary>Why there can be none, or null.</summary>
    internal static async Task<string?> ReasonAgainstAsync()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "mount namespaces are a part of Linux";
        }

        string[] probe = [.. Unshare(), "--", "mount", "--bind", "/etc/hosts", "/etc/hosts"];
        try
        {
            ProcessStartInfo start = new(probe[0], probe.Skip(1)) { UseShellExecute = false, RedirectStandardError = true };
            using Process process = Process.Start(start)!;
            string errors = await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            return process.ExitCode == 0 ? null : $"a mount namespace is refused, {errors.Trim()}";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "unshare of util-linux is not installed";
        }
    }

    /// <summary>The command line that runs the command in the namespace.</summary>
    internal static IReadOnlyList<string> Wrap(IEnumerable<string> command, string address, TrustBundle trust)
    {
        string hosts = Path.Combine(trust.Folder, "hosts");
        string lines = string.Concat(Hosts.Khaltis.Select(host => $"{address}\t{host}\n"));
        File.WriteAllText(hosts, lines + File.ReadAllText("/etc/hosts"));
        IEnumerable<string> mounts = TrustBundle.SystemBundles.Select(file => (trust.BundleFile, file))
            .Prepend((hosts, "/etc/hosts"))
            .Select(mount => $"mount --bind {Quote(mount.Item1)} {Quote(mount.Item2)}");

        // As root of the namespace it mounts; the command has the user's own number again.
        string asBefore = Environment.IsPrivilegedProcess ? "" : "unshare --user --map-user=\"$uid\" --map-group=\"$gid\" -- ";
        string script = $"uid=$1; gid=$2; shift 2; {string.Join(" && ", mounts)} && exec {asBefore}\"$@\"";
        return [.. Unshare(), "--", "sh", "-c", script, "khalti-sandbox", Id("-u"), Id("-g"), .. command];
    }

    private static string[] Unshare() =>
        Environment.IsPrivilegedProcess ? ["unshare", "--mount"] : ["unshare", "--user", "--map-root-user", "--mount"];

    private static string Quote(string path) => $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static string Id(string option)
    {
        ProcessStartInfo start = new("id", [option]) { UseShellExecute = false, RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string id = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return id;
    }
}
