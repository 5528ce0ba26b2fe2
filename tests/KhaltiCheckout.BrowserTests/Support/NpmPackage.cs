using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;

namespace KhaltiCheckout.BrowserTests.Support;

/// <summary>A package that only tests need, fetched once with npm. Its files never enter the repository.</summary>
internal sealed class NpmPackage
{
    /// <summary>Khalti's published widget.</summary>
    internal static readonly NpmPackage OfficialWidget = new("khalti-checkout-web", "2.2.0", "dist/widget.js");

    /// <summary>Another hand's calendar.</summary>
    internal static readonly NpmPackage NepaliDates = new("nepali-date-converter", "3.4.0", "dist/nepali-date-converter.umd.js");

    /// <summary>Reads QR codes.</summary>
    internal static readonly NpmPackage QrReader = new("jsqr", "1.4.0", "dist/jsQR.js");

    private readonly string _name;
    private readonly string _version;
    private readonly string _needed;
    private readonly Lazy<Task<(string? File, string? Missing)>> _fetched;

    private NpmPackage(string name, string version, string needed)
    {
        _name = name;
        _version = version;
        _needed = needed;
        _fetched = new(FetchAsync);
    }

    /// <summary>The file that is needed, or why there is none.</summary>
    internal Task<(string? File, string? Missing)> FindAsync() => _fetched.Value;

    private async Task<(string? File, string? Missing)> FetchAsync()
    {
        string folder = Path.Combine(Places.Cache, $"{_name}-{_version}");
        string file = Path.Combine([folder, "package", .. _needed.Split('/')]);
        if (File.Exists(file))
        {
            return (file, null);
        }

        Directory.CreateDirectory(folder);
        try
        {
            using Process npm = Process.Start(new ProcessStartInfo("npm", ["pack", "--silent", $"{_name}@{_version}"])
            {
                UseShellExecute = false,
                WorkingDirectory = folder,
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            })!;
            using CancellationTokenSource timeout = new(TimeSpan.FromSeconds(60));
            Task<string> trouble = npm.StandardError.ReadToEndAsync(timeout.Token);
            string written = await npm.StandardOutput.ReadToEndAsync(timeout.Token);
            await npm.WaitForExitAsync(timeout.Token);
            if (npm.ExitCode != 0)
            {
                return (null, $"npm could not fetch {_name} {_version}: {await trouble}");
            }

            await using FileStream packed = File.OpenRead(Path.Combine(folder, written.Trim().Split('\n')[^1]));
            await using GZipStream unzipped = new(packed, CompressionMode.Decompress);
            await TarFile.ExtractToDirectoryAsync(unzipped, folder, overwriteFiles: true);
            return (file, null);
        }
        catch (Exception failure) when (failure is System.ComponentModel.Win32Exception or OperationCanceledException or IOException)
        {
            return (null, $"npm could not fetch {_name} {_version}: {failure.Message}");
        }
    }
}
