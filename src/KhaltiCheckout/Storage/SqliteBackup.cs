using Microsoft.Data.Sqlite;

namespace KhaltiCheckout.Storage;

/// <summary>
/// Copies a database whole, also while shops serve from it. Of SQLite's two ways this is the online backup, told to take all
/// pages in one step: that is one reader on one state of the database, and with a write-ahead log a reader stops no writer and
/// no writer makes it begin again. <c>VACUUM INTO</c> reads just as well, but builds every table and index anew, which takes
/// several times the processor that the shoppers need. A file of the asked name is there when it is whole, and not before.
/// </summary>
internal static class SqliteBackup
{
    /// <summary>Returns why there is no copy, in a sentence; null when there is one.</summary>
    /// <param name="source">Its data source is a whole path.</param>
    /// <param name="file">A whole path.</param>
    internal static string? Make(SqliteConnectionStringBuilder source, string file, bool mayReplace)
    {
        if (WhyNot(source, file, mayReplace) is { } refusal)
        {
            return refusal;
        }

        string part = file + ".part";
        try
        {
            // Two at once into the same file would spoil each other's. The operating system's lock goes with the process.
            using FileStream onlyOne = PrivateFiles.OpenLock(part + ".lock", FileOptions.DeleteOnClose);
            try
            {
                Delete(part); // of a backup that was broken off
                PrivateFiles.Create(part);
                if (Copy(source, part) is { } damage)
                {
                    return $"No backup was made: the copy is not whole ({damage}), and the database itself may be damaged.";
                }

                DurableRename.Move(part, file, mayReplace);
                return null;
            }
            finally
            {
                Delete(part);
            }
        }
        catch (Exception failure) when (failure is SqliteException or IOException or UnauthorizedAccessException)
        {
            return $"No backup was made: {failure.Message.TrimEnd('.')}.";
        }
    }

    private static string? WhyNot(SqliteConnectionStringBuilder source, string file, bool mayReplace)
    {
        if (!File.Exists(source.DataSource))
        {
            return $"There is no database at {source.DataSource}.";
        }

        if (File.Exists(file) && !mayReplace)
        {
            return $"{file} is there already: name another file, or add --replace.";
        }

        // Also the database itself by whatever name, as a shop that serves has such a file beside it.
        return file == source.DataSource ? $"{file} is the database itself: name another file."
            : PrivateFiles.BesidesADatabase.Select(ending => file + ending).FirstOrDefault(File.Exists) is { } inUse
                ? $"{inUse} is there, so {file} is a database in use, or was one: name another file."
                : null;
    }

    private static string? Copy(SqliteConnectionStringBuilder source, string part)
    {
        using SqliteConnection database =
            new(new SqliteConnectionStringBuilder(source.ToString()) { Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
        using SqliteConnection copy = new(new SqliteConnectionStringBuilder { DataSource = part, Pooling = false }.ToString());
        database.Open();
        SqliteSettings.ApplyPragmas(database);
        copy.Open();
        database.BackupDatabase(copy);

        // One file and nothing beside it. The shop that opens it has its write-ahead log again.
        using SqliteCommand command = copy.CreateCommand();
        command.CommandText = "PRAGMA journal_mode=DELETE;";
        command.ExecuteNonQuery();
        command.CommandText = "PRAGMA integrity_check(1);";
        return command.ExecuteScalar() as string is var verdict && verdict == "ok" ? null : verdict;
    }

    private static void Delete(string part)
    {
        foreach (string ending in PrivateFiles.BesidesADatabase.Prepend(""))
        {
            File.Delete(part + ending);
        }
    }
}
