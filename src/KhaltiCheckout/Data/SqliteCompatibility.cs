using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace KhaltiCheckout.Data;

// Makes SQLite run where the package registry holds only SQLitePCLRaw 2.0.6, and run well there.
// EF Core 10 is compiled against SQLitePCLRaw 2.1: the runtime would refuse the older assembly by its version. And the
// native library inside 2.0.6 (SQLite 3.35.5, built without usleep) sleeps a whole second whenever it waits for a lock,
// so the machine's own newer library serves where there is one.
// Goes when every registry we build on has SQLitePCLRaw 2.1.13 or newer: this file, the two direct package references
// and NU1605 in Directory.Build.props. The sandbox compiles the same file: hence no XML comments, as two assemblies with the same
// documented name stop the OpenAPI generator. In one process both may come at once: so each does all of it, which does no harm
// twice, and neither goes on before it is done.
internal static class SqliteCompatibility
{
    // A module initializer, because the first use of any SQLite type is already too late.
#pragma warning disable CA2255
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Install()
    {
        AssemblyLoadContext.Default.Resolving += LoadDespiteOlderVersion;
        PreferSystemLibrary();
        ForgoStatistics();
    }

    // The SQLite that serves this process, for the log at start.
    internal static string Version()
    {
        using SqliteConnection connection = new("Data Source=:memory:");
        connection.Open();
        return connection.ServerVersion;
    }

    // SQLite's own handle of an open connection. By reflection, because the compiler knows two versions of its type; at run
    // time there is one.
    internal static object HandleOf(SqliteConnection connection) =>
        typeof(SqliteConnection).GetProperty("Handle")!.GetValue(connection)!;

    private static Assembly? LoadDespiteOlderVersion(AssemblyLoadContext context, AssemblyName name)
    {
        if (name.Name?.StartsWith("SQLitePCLRaw", StringComparison.Ordinal) != true)
        {
            return null;
        }

        string file = Path.Combine(AppContext.BaseDirectory, name.Name + ".dll");
        return File.Exists(file) ? context.LoadFromAssemblyPath(file) : null;
    }

    // SQLite counts every piece of memory, under a lock, for whoever asks. Nobody does.
    private static void ForgoStatistics()
    {
        try
        {
            Batteries_V2.Init();
            _ = raw.sqlite3_config(raw.SQLITE_CONFIG_MEMSTATUS, 0);
        }
        catch (Exception none) when (none is DllNotFoundException or EntryPointNotFoundException)
        {
            // No SQLite here: whoever needs it will say so, and a shop on PostgreSQL does not.
        }
    }

    private static void PreferSystemLibrary()
    {
        Assembly provider;
        try
        {
            provider = Assembly.Load("SQLitePCLRaw.provider.e_sqlite3");
        }
        catch (FileNotFoundException)
        {
            return; // Another bundle, with a provider and library of its own: it stays in charge.
        }

        try
        {
            NativeLibrary.SetDllImportResolver(provider, static (library, _, _) =>
                library == "e_sqlite3" && NativeLibrary.TryLoad("libsqlite3.so.0", out nint system) ? system : 0);
        }
        catch (InvalidOperationException)
        {
            // One assembly has one resolver, and it is the other's, which is the same.
        }
    }
}
