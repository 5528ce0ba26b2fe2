using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;

namespace KhaltiCheckout.BrowserTests.Support;

/// <summary>Khalti's published widget, fetched once with npm. Its files never enter the repository.</summary>
internal static class OfficialPackage
{
    private const string Name = "khalti-checkout-web";
    private const string Version = "2.2.0";

    private static readonly Lazy<Task<(string? Folder, string? Missing)>> Fetched = new(FetchAsync);

    /// <summary>The folder of its files, or why there is none.</summary>
    internal static Task<(string? Folder, string? Missing)> FindAsync() => Fetched.Value;

    private static async Task<(string? Folder, string? Missing)> FetchAsync()
    {
        string folder = Path.Combine(Places.Cache, $"{Name}-{Version}");
        string files = Path.Combine(folder, "package", "dist");
        if (File.Exists(Path.Combine(files, "widget.js")))
        {
            return (files, null);
        }

        Directory.CreateDirectory(folder);
        try
        {
            using Process npm = Process.Start(new ProcessStartInfo("npm", ["pack", "--silent", $"{Name}@{Version}"])
            {
                UseShellExecute = false,
                WorkingDirectory = folder,
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            })!;
            using CancellationTokenSource patience = new(TimeSpan.FromSeconds(60));
            Task<string> trouble = npm.StandardError.ReadToEndAsync(patience.Token);
            string written = await npm.StandardOutput.ReadToEndAsync(patience.Token);
            await npm.WaitForExitAsync(patience.Token);
            if (npm.ExitCode != 0)
            {
                return (null, $"npm could not fetch {Name} {Version}: {await trouble}");
            }

            await using FileStream packed = File.OpenRead(Path.Combine(folder, written.Trim().Split('\n')[^1]));
            await using GZipStream unzipped = new(packed, CompressionMode.Decompress);
            await TarFile.ExtractToDirectoryAsync(unzipped, folder, overwriteFiles: true);
            return (files, null);
        }
        catch (Exception failure) when (failure is System.ComponentModel.Win32Exception or OperationCanceledException or IOException)
        {
            return (null, $"npm could not fetch {Name} {Version}: {failure.Message}");
        }
    }
}
