using Microsoft.Data.Sqlite;

namespace KhaltiCheckout.Storage;

/// <summary>
/// Files that only this program's user may read: names, phone numbers and key hashes are in them. On Linux and macOS; Windows has no
/// such modes. SQLite gives the files beside a database the mode of the database.
/// </summary>
internal static class PrivateFiles
{
    internal static readonly string[] BesidesADatabase = ["-wal", "-shm", "-journal"];

    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnFolder = OwnFile | UnixFileMode.UserExecute;

    /// <summary>Makes the folder where there is none. One that is there is somebody's and keeps its mode.</summary>
    internal static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnFolder);
        }
    }

    /// <summary>Makes the empty file where there is none: a moment with another mode would be enough to open it.</summary>
    internal static void CreateDatabase(SqliteConnectionStringBuilder place)
    {
        if (SqliteSettings.IsFile(place) && place.Mode == SqliteOpenMode.ReadWriteCreate && !File.Exists(place.DataSource)
            && !Directory.Exists(place.DataSource))
        {
            Open(place.DataSource, FileMode.OpenOrCreate, FileShare.ReadWrite | FileShare.Delete).Dispose();
        }
    }

    /// <summary>A database of an earlier version, and the files beside it, become private.</summary>
    internal static void Restrict(SqliteConnectionStringBuilder place)
    {
        if (OperatingSystem.IsWindows() || !SqliteSettings.IsFile(place))
        {
            return;
        }

        foreach (string file in BesidesADatabase.Prepend("").Select(ending => place.DataSource + ending).Where(File.Exists))
        {
            if (File.GetUnixFileMode(file) != OwnFile)
            {
                File.SetUnixFileMode(file, OwnFile);
            }
        }
    }

    /// <summary>A new, empty file.</summary>
    internal static void Create(string file) => Open(file, FileMode.CreateNew, FileShare.None).Dispose();

    /// <summary>The operating system's lock on a file: it goes with the process.</summary>
    /// <exception cref="IOException">Another process has it.</exception>
    internal static FileStream OpenLock(string file, FileOptions options = FileOptions.None) =>
        Open(file, FileMode.OpenOrCreate, FileShare.None, options);

    private static FileStream Open(string file, FileMode mode, FileShare share, FileOptions options = FileOptions.None)
    {
        FileStreamOptions how = new() { Mode = mode, Access = FileAccess.ReadWrite, Share = share, BufferSize = 1, Options = options };
        if (!OperatingSystem.IsWindows())
        {
            how.UnixCreateMode = OwnFile;
        }

        return new FileStream(file, how);
    }
}
