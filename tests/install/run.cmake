# See CMakeLists.txt. Every step must succeed; `step` leaves its output in `out`.
file(REMOVE_RECURSE ${WORK})
function(step)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE failed OUTPUT_VARIABLE text ERROR_VARIABLE text)
  if(failed)
    message(FATAL_ERROR "${ARGN}\n${text}")
  endif()
  set(out "${text}" PARENT_SCOPE)
endfunction()
function(expect_output what)
  if(NOT out MATCHES "${what}")
    message(FATAL_ERROR "the output lacks '${what}':\n${out}")
  endif()
endfunction()
set(prefix ${WORK}/prefix)
step(${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix})

# The program runs from where it was installed.
step(${prefix}/bin/asbench metrics list)
step(${prefix}/bin/asbench --version)

# The shells find its completion.
foreach(script bash-completion/completions/asbench zsh/site-functions/_asbench fish/vendor_completions.d/asbench.fish)
  file(READ ${prefix}/share/${script} out)
  expect_output("decode-threads")
endforeach()

# Private headers stay out, public ones name each other by asbench/.
foreach(private core/embedded_files.h features/jobs.h models/encoders/strict_loading.h cli/modules.h)
  if(EXISTS ${prefix}/include/asbench/${private})
    message(FATAL_ERROR "${private} is not a public header and was installed")
  endif()
endforeach()

# Every component configures alone, and those without networks need neither LibTorch nor OpenCV.
step(${CMAKE_COMMAND} -G Ninja -S ${SOURCE}/components -B ${WORK}/components -DCMAKE_PREFIX_PATH=${prefix})
step(${CMAKE_COMMAND} -G Ninja -S ${SOURCE}/components -B ${WORK}/components_small -DCMAKE_PREFIX_PATH=${prefix}
     "-DCOMPONENTS=core;document;metrics;reports" -DCMAKE_DISABLE_FIND_PACKAGE_LibTorch=ON -DCMAKE_DISABLE_FIND_PACKAGE_OpenCV=ON
     -DCMAKE_DISABLE_FIND_PACKAGE_faiss=ON -DCMAKE_DISABLE_FIND_PACKAGE_CURL=ON)
execute_process(COMMAND ${CMAKE_COMMAND} -G Ninja -S ${SOURCE}/components -B ${WORK}/components_wrong -DCMAKE_PREFIX_PATH=${prefix}
                -DCOMPONENTS=metric RESULT_VARIABLE failed OUTPUT_VARIABLE out ERROR_VARIABLE out)
if(NOT failed)
  message(FATAL_ERROR "an unknown component was accepted")
endif()
expect_output("no component 'metric'")

# The libraries are linked and called; every installed header compiles alone. That takes minutes, which a compiler
# cache spares the next run; the headers have just been installed, so their times say nothing.
find_program(ccache ccache)
if(ccache)
  set(ENV{CMAKE_CXX_COMPILER_LAUNCHER} ${ccache})
  set(ENV{CCACHE_BASEDIR} ${ROOT})
  set(ENV{CCACHE_NOHASHDIR} 1)
  set(ENV{CCACHE_SLOPPINESS} include_file_mtime,include_file_ctime)
endif()
step(${CMAKE_COMMAND} -G Ninja -S ${SOURCE}/consumer -B ${WORK}/consumer -DCMAKE_PREFIX_PATH=${prefix} -DCMAKE_BUILD_TYPE=${CONFIG})
step(${CMAKE_COMMAND} --build ${WORK}/consumer --parallel 2)
step(${WORK}/consumer/consumer)
step(${WORK}/consumer/draw_world ${WORK}/world)

# The tiny generator is where the installed demo looks for it, and complete.
step(${prefix}/bin/asbench generate --baseline animeshootergen --model ${prefix}/share/asbench/tiny_generator
     --split ${WORK}/world/mini-world --device cpu --out ${WORK}/tiny)
expect_output("animeshootergen: 4 shots written")

# The examples, on a world of four shots and the encoders that come with the program.
step(${CMAKE_COMMAND} -G Ninja -S ${ROOT}/examples -B ${WORK}/examples -DCMAKE_PREFIX_PATH=${prefix} -DCMAKE_BUILD_TYPE=${CONFIG})
step(${CMAKE_COMMAND} --build ${WORK}/examples --parallel 2)
step(${CMAKE_COMMAND} -E env ASBENCH_PREFIX=${prefix}
     ${WORK}/examples/score_from_cpp ${WORK}/world/mini-world ${WORK}/world/ground_truth demo ${WORK}/weights
     ${WORK}/features ${WORK}/result.json)
expect_output("clip_i +0\\.")
step(${WORK}/examples/metric_outside_tree)
expect_output("first_frame_my_encoder 0\\.650, 3 of 4 shots scored")
step(${PYTHON} ${ROOT}/examples/read_document.py ${WORK}/result.json clip_i)
expect_output("4 of 4 shots scored, missing=fail")
expect_output("clip_i by story")
