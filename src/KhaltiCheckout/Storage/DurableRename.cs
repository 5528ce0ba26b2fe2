using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace KhaltiCheckout.Storage;

/// <summary>Gives a file its name so that both are there after a power cut: its bytes, and the folder that has the name in it.</summary>
internal static class DurableRename
{
    private const int ReadOnly = 0;

    internal static void Move(string from, string to, bool mayReplace)
    {
        using (SafeFileHandle written = File.OpenHandle(from, FileMode.Open, FileAccess.ReadWrite))
        {
            RandomAccess.FlushToDisk(written);
        }

        File.Move(from, to, mayReplace);
        if (!OperatingSystem.IsWindows())
        {
            FlushFolder(Path.GetDirectoryName(to)!);
        }
    }

    // .NET opens no folders.
    private static void FlushFolder(string folder)
    {
        int descriptor = Open(Encoding.UTF8.GetBytes(folder + '\0'), ReadOnly);
        if (descriptor < 0)
        {
            throw Failure(folder);
        }

        try
        {
            if (Flush(descriptor) != 0)
            {
                throw Failure(folder);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Failure(string folder) =>
        new($"{folder} can't be written to disk ({new Win32Exception(Marshal.GetLastPInvokeError()).Message})");

#pragma warning disable SYSLIB1054 // The generated way needs unsafe code in the whole project; these need no marshalling.
    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Flush(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);
#pragma warning restore SYSLIB1054
}
