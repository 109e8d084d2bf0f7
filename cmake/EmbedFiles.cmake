# Writes OUTPUT, a C++ file that holds the text of each of FILES (comma-separated, relative to ROOT) as a raw string.
string(REPLACE "," ";" names "${FILES}")
set(code "#include \"core/embedded_files.h\"\n\nnamespace asbench::detail {\n\nconst std::vector<EmbeddedFile>& embedded_files() {\n  static const std::vector<EmbeddedFile> files = {\n")
foreach(name IN LISTS names)
  file(READ "${ROOT}/${name}" text)
  string(APPEND code "    {\"${name}\", R\"asbench(${text})asbench\"},\n")
endforeach()
string(APPEND code "  };\n  return files;\n}\n\n}  // namespace asbench::detail\n")
file(WRITE "${OUTPUT}" "${code}")
